"""Audit firms, audits and findings as sources tell of them; planning, ratings and oversight follow."""
