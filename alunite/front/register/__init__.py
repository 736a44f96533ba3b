"""The public register. It reads publications only, and could run alone on another machine."""
