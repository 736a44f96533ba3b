"""Standards as published: the scheme's vocabulary and each version with its criteria."""
