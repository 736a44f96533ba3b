"""The made-up members of a demonstration: what they say stands in `samples/walkthrough`, what becomes of it is real."""
