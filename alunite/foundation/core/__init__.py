"""Value types used everywhere. No Django; imports nothing of ours."""
