"""The evidence library of an organisation: files and pages that show how criteria are met, kept once and linked to many."""
