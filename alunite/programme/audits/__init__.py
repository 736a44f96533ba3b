"""Audit firms now; audits, ratings and oversight follow."""
