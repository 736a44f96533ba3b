"""What every scheme programme needs; knows nothing of certification."""
