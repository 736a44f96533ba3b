"""Two people editing one record: the second is not believed blindly, but shown what has changed meanwhile.

A form carries a *mark*: which record it was opened for, at which version of its history, with which values, signed so that
nobody writes one by hand. The action that saves checks it inside its transaction, after it has locked the record::

    changed = check(mark, "organisation", organisation.pk, now=values_of(organisation), yours=given)

A form answers `Stale` with status 409 and `components/_stale.html`, and a new mark: what is sent again is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing

from alunite.foundation.history.errors import HistoryError
from alunite.foundation.history.queries import newest_entry_of

SALT = "alunite.editing"

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field as it was when the form was opened, as somebody else left it, and as it was now sent."""

    field: str
    before: str
    theirs: str
    yours: str

    @property
    def is_conflict(self) -> bool:
        """Tell whether both changed the field, and not to the same value."""
        return self.before not in {self.theirs, self.yours} and self.theirs != self.yours


class Stale(HistoryError):
    """The record was changed since the form was opened; nothing was saved."""

    def __init__(self, differences: tuple[Difference, ...]) -> None:
        super().__init__("The record was changed by somebody else since the form was opened.")
        self.differences = differences


class NoMark(HistoryError):
    """A form came without a mark, or with one that was not made for this record."""


def mark(record_type: str, record_id: object, values: Values) -> str:
    """Return the mark for a form opened now, with the values it shows. One query."""
    said = {"record": [record_type, str(record_id)], "version": _version(record_type, str(record_id))}
    return signing.dumps({**said, "values": dict(values)}, salt=SALT, compress=True)


def check(given: str, record_type: str, record_id: object, *, now: Values, yours: Values) -> dict[str, str]:
    """Return what of `yours` differs from `now`, where nobody changed the record since the mark was made.

    Raises
    ------
    Stale
        If the record has a newer version, with every field that somebody changed.
    NoMark
        If the mark is missing, altered, or of another record.
    """
    try:
        opened = signing.loads(given, salt=SALT)
    except signing.BadSignature as error:
        raise NoMark("The form does not say for which record, and when, it was opened.") from error
    if opened["record"] != [record_type, str(record_id)]:
        raise NoMark("The form was opened for another record.")
    if opened["version"] != _version(record_type, str(record_id)):
        before: Values = opened["values"]
        raise Stale(
            tuple(
                Difference(name, before.get(name, ""), now[name], yours[name])
                for name in now
                if len({before.get(name, ""), now[name], yours[name]}) > 1
            )
        )
    return {name: value for name, value in yours.items() if value != now[name]}


def _version(record_type: str, record_id: str) -> int:
    newest = newest_entry_of(record_type, record_id)
    return newest.record_version if newest else 0
