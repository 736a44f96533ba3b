"""The scheme this installation runs: its packs as adopted, and its standards as published."""
