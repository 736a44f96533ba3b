from __future__ import annotations


class UnfitFile(ValueError):
    """A file that is not kept; each of `faults` says what was expected instead, in the reader's language."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Damaged(Exception):
    """The bytes that were kept are not there, or are others; `alunite history verify` says more."""
