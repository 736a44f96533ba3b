"""Members: organisations in a class of membership."""
