"""The scheme pack in force, and those before it; the words of its vocabulary as importers read them."""
