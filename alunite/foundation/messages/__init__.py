"""The outbox: mail written in the transaction of an action, sent after it by the worker; and the worker's jobs."""
