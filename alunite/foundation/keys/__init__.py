"""Installation keys: the master key outside the data folder, and the signing keys it wraps."""
