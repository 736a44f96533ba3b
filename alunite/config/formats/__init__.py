"""How days, hours and numbers stand where Django writes them by itself: in the read-only tables."""
