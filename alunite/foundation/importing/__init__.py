"""Reading files of rows: faults, dry run, batches, idempotency."""
