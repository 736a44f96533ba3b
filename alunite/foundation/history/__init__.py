"""Append-only history: entries, digests, checkpoints, reactions."""
