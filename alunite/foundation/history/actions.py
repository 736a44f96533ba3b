"""Writing history. Called by every action of every room, in the transaction of the change itself.

Two writers of different records never wait for each other. Of two writers of the same record, the second to
write gets `StaleRecord` (on PostgreSQL, after the first has committed): its action read the record before the other's
change, so it has to be run again from the start. An action that locks its own row first (``select_for_update``) waits
there instead, and then gets the next version. On SQLite all writers queue, so each gets the next version.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, overload

from django.db import IntegrityError, connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.history import decided, reactions, rules
from alunite.foundation.history.errors import HistoryError, NotInTransaction, StaleRecord
from alunite.foundation.history.models import Entry, Payload
from alunite.foundation.tables.bulk import insert_new, insert_rows

BATCH = 500
ENTRY_COLUMNS = (
    *("record_type", "record_id", "record_version", "kind", "actor", "at", "cause_id"),
    *("payload_digest", "previous_hash", "hash"),
)
ERASED_KIND = "history.payload_erased"
ERASED_RECORD_TYPE = "history.payload"

_KEPT = {ERASED_RECORD_TYPE}
_NOTED = frozenset({decided.PROPOSED, decided.REFUSED})

Cause = Entry | int | None


@dataclass(frozen=True, slots=True)
class Change:
    """One record's change within `record_many`; `kind` where it differs from the others'."""

    record_type: str
    record_id: str
    payload: Mapping[str, Any]
    kind: str | None = None


class _Line(NamedTuple):
    """An entry as it was written, with its payload."""

    number: int
    fields: dict[str, Any]
    salt: str
    text: str

    def entry(self) -> Entry:
        """Return it as it stands in the database, its payload beside it: `entry.data` asks the database nothing."""
        entry = Entry(id=self.number, **self.fields)
        payload = Payload(entry_id=self.number, salt=self.salt, payload=self.text)
        for row in (entry, payload):
            row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001, as `bulk_create` leaves them
        # Not the other way round as well: in a circle both would stay until Python looks for garbage.
        entry._state.fields_cache["payload"] = payload  # noqa: SLF001
        return entry


class Written(Sequence[Entry]):
    """Entries written at once. Each is made an object when it is looked at: an import writes many and looks at none."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> Written: ...

    def __getitem__(self, place: int | slice) -> Entry | Written:
        return Written(self._lines[place]) if isinstance(place, slice) else self._lines[place].entry()


def record(
    kind: str,
    *,
    record_type: str,
    record_id: str | int,
    payload: Mapping[str, Any],
    actor: str,
    cause: Cause = None,
    at: datetime | None = None,
) -> Entry:
    """Write one entry and run the reactions to it.

    Parameters
    ----------
    kind : str
        What happened, such as ``member.imported``.
    record_type, record_id : str
        The record that changed, opaque to history.
    payload : mapping
        JSON-ready data. Only its salted digest stands in the entry, so personal values are allowed here, and only here.
    actor : str
        ``person:<id>``, ``import``, ``system`` or ``command:<name>``; never a name or an address.
    cause : Entry or int, optional
        The entry this one follows from.
    at : datetime, optional
        When it happened, if not now; with a time zone.

    Raises
    ------
    NotInTransaction, StaleRecord, ReactionsTooDeep
        See there. Whatever a reaction raises comes through as well: the whole action fails.
    ValueError
        If a word has the wrong form or the payload is not JSON-ready.
    """
    return record_many(kind, [Change(record_type, str(record_id), payload)], actor=actor, cause=cause, at=at)[0]


def record_many(
    kind: str, items: Sequence[Change], *, actor: str, cause: Cause = None, at: datetime | None = None
) -> Sequence[Entry]:
    """Write one entry for each item, in order, and then run the reactions to each, in order.

    The number of queries depends on the number of batches (500 items), not on the items. A record may stand in `items`
    more than once. Parameters and errors as for `record`.
    """
    _require_transaction()
    if at is not None and at.tzinfo is None:
        raise ValueError(f"at: expected an instant with a time zone; found {at}")
    moment = (at or timezone.now()).astimezone(UTC)
    cause_id = cause.pk if isinstance(cause, Entry) else cause
    lines: list[_Line] = []
    for start in range(0, len(items), BATCH):
        lines += _write_batch(kind, items[start : start + BATCH], actor, cause_id, moment)
    reactions.run([line.entry() for line in lines if reactions.has_reactions(line.fields["kind"])])
    return Written(lines)


def erase(entries: Sequence[Entry], *, decision: str, actor: str, cause: Cause = None) -> int:
    """Erase the payloads of entries by a decision, and return how many were erased now.

    Two people must have decided, and history must say so. Each erasure is itself an entry, and `verify` accepts an
    empty payload only where that entry names the same decision.

    Raises
    ------
    NotDecided
        If no two people decided to erase exactly these.
    HistoryError
        If one of the entries is of those that make another's absence accountable.
    """
    _require_transaction()
    if kept := sorted({entry.record_type for entry in entries if not may_be_erased(entry)}):
        raise HistoryError(f"Entries of {', '.join(kept)} make what is gone accountable, and cannot be erased.")
    decided.require_decided(decision, decided.ENTRY, [entry.pk for entry in entries])
    erased: list[int] = []
    for start in range(0, len(entries), BATCH):
        batch = [entry.pk for entry in entries[start : start + BATCH]]
        present = Payload.objects.filter(entry__in=batch, erased_by=None)
        ids = list(present.order_by("entry_id").values_list("entry_id", flat=True))
        Payload.objects.filter(entry__in=ids).update(payload=None, salt=None, erased_by=decision)
        erased += ids
    changes = [Change(ERASED_RECORD_TYPE, str(pk), {"entry": pk, "decision": decision}) for pk in erased]
    record_many(ERASED_KIND, changes, actor=actor, cause=cause)
    return len(erased)


def may_be_erased(entry: Entry) -> bool:
    """Tell whether an entry's payload may go: not where it makes the absence of something else accountable.

    What a decision proposed may go, with its note; that it was confirmed, and what it named, stays.
    """
    return entry.record_type not in _KEPT and (entry.record_type != decided.RECORD_TYPE or entry.kind in _NOTED)


def keep(record_type: str) -> str:
    """Declare that entries of this type hold no value of anybody's and are never erased; return the type."""
    _KEPT.add(record_type)
    return record_type


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction("History is written in the transaction of the change it tells of: use atomic().")


def _write_batch(kind: str, items: Sequence[Change], actor: str, cause: int | None, at: datetime) -> list[_Line]:
    heads = _heads(items)
    at_text = rules.timestamp(at)
    entries: list[dict[str, Any]] = []
    payloads: list[tuple[str, str]] = []
    for item in items:
        item_kind = item.kind or kind
        record = (item.record_type, str(item.record_id))
        if faults := rules.faults(kind=item_kind, record_type=record[0], record_id=record[1], actor=actor):
            raise ValueError("; ".join(faults))
        text = _payload_text(item_kind, item.payload)
        salt = secrets.token_hex(rules.SALT_BYTES)
        version, previous_hash = heads.get(record, (0, ""))
        fields: dict[str, Any] = {
            "record_type": record[0],
            "record_id": record[1],
            "record_version": version + 1,
            "kind": item_kind,
            "actor": actor,
            "payload_digest": rules.payload_digest(salt, text),
            "previous_hash": previous_hash,
        }
        entry_hash = rules.entry_hash(**fields, at=at_text, cause=cause)
        heads[record] = (version + 1, entry_hash)
        entries.append({**fields, "at": at, "cause_id": cause, "hash": entry_hash})
        payloads.append((salt, text))
    try:
        numbers = insert_new(Entry, ENTRY_COLUMNS, [[entry[name] for name in ENTRY_COLUMNS] for entry in entries])
    except IntegrityError as error:
        if "record_version" not in str(error):
            raise
        raise StaleRecord(f"{kind}: the record was changed by somebody else just now; run the action again.") from error
    insert_rows(
        Payload,
        ("entry_id", "salt", "payload"),
        [(number, *payload) for number, payload in zip(numbers, payloads, strict=True)],
    )
    return [_Line(number, entry, *payload) for number, entry, payload in zip(numbers, entries, payloads, strict=True)]


def _heads(items: Sequence[Change]) -> dict[tuple[str, str], tuple[int, str]]:
    """Return version and hash of the newest entry of each record that has one."""
    by_type: dict[str, set[str]] = {}
    for item in items:
        by_type.setdefault(item.record_type, set()).add(str(item.record_id))
    heads: dict[tuple[str, str], tuple[int, str]] = {}
    for record_type, record_ids in by_type.items():
        of_records = Entry.objects.filter(record_type=record_type, record_id__in=record_ids)
        newer = Entry.objects.filter(
            record_type=OuterRef("record_type"),
            record_id=OuterRef("record_id"),
            record_version__gt=OuterRef("record_version"),
        )
        newest = of_records.exclude(Exists(newer)).order_by()
        for record_id, version, entry_hash in newest.values_list("record_id", "record_version", "hash"):
            heads[record_type, record_id] = (version, entry_hash)
    return heads


def _payload_text(kind: str, payload: Mapping[str, Any]) -> str:
    try:
        return canonical_json(dict(payload)).decode()
    except (ValueError, TypeError) as error:
        raise ValueError(f"{kind}: the payload is not JSON-ready: {error}") from error
