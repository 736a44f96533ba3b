"""Django's PostgreSQL engine, which finds out without a question whether a kept connection still stands."""
