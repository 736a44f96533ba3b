"""Reads and checks a scheme pack and answers which criteria apply. No Django, no database."""
