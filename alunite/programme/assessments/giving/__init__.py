"""Giving criteria of a self assessment to colleagues, also to those who have no account yet."""
