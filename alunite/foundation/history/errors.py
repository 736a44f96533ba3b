"""What can go wrong while history is written."""

from __future__ import annotations


class HistoryError(Exception):
    """Any fault of writing history; the transaction it happened in must be rolled back."""


class NotInTransaction(HistoryError):
    """History was to be written outside a transaction, apart from the change it tells of."""


class StaleRecord(HistoryError):
    """Somebody else wrote to the same record since this transaction looked; run the whole action again."""


class ReactionsTooDeep(HistoryError):
    """Reactions set off reactions without end."""


class SealingBusy(HistoryError):
    """Long writing transactions kept the sealer from finding a moment without writers."""


class CheckpointLogError(HistoryError):
    """The file of checkpoints does not agree with the database; nothing was written to it."""
