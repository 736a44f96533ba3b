"""Writing many rows at once, past the objects of Django's. Knows tables, and nothing of what is in them."""
