"""Files of the lines a list is narrowed to: rows as every open file of a kind has them, and a flat table of both kinds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.opendata import Spoken, cells, row_json, speaking
from alunite.front.register.facets import last_event
from alunite.front.register.present import record_url
from alunite.front.register.site import Site

BATCH = 500

COLUMNS = (
    *("address", "kind", "id", "certificate_number", "entity", "members", "standard", "version", "level"),
    *("activities", "countries", "firm", "last_event", "last_event_date", "expiry_date"),
    *("state_on", "state", "state_level", "state_from", "state_to", "scope", "source_url", "licence", "attribution"),
)


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself: both clocks, the last publication that counts, how many rows it has, whose it is."""

    on: date
    as_of: date | None
    publication: int
    rows: int
    host: str


def csv_chunks(head: Head, numbers: Sequence[int], site: Site) -> Iterator[bytes]:
    """Yield a table of lines piece by piece: UTF-8, a header, lines ended as RFC 4180 has them; ids, not labels."""
    yield _table([COLUMNS])
    for batch in _batches(numbers):
        yield _table(cells(_values(spoken, head, site)) for spoken in batch)


def _table(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _values(spoken: Spoken, head: Head, site: Site) -> list[Any]:
    said: dict[str, Any] = msgspec.json.decode(spoken.payload)
    event, day = last_event(said)
    run = Timeline.from_list(said["timeline"]).segment_on(head.on)
    values: dict[str, Any] = said | {
        "address": head.host.rstrip("/") + record_url(spoken.kind, spoken.subject, said["entity"], site.query),
        "kind": spoken.kind,
        "members": [member["name"] for member in said["members"]],
        "standard": said["family"],
        "firm": said["firm"]["name"] if said["firm"] else UNKNOWN,
        "last_event": event,
        "last_event_date": day or UNKNOWN,
        "state_on": head.on.isoformat(),
        "state": run.state if run else UNKNOWN,
        "state_level": (run.qualifier if run else "") or UNKNOWN,
        "state_from": run.first.isoformat() if run else None,
        "state_to": run.last.isoformat() if run and run.last else None,
    }
    return [values.get(name, UNKNOWN) for name in COLUMNS]


def json_chunks(head: Head, numbers: Sequence[int], _site: Site) -> Iterator[bytes]:
    """Yield one object piece by piece: what it is a list of, and its rows, one a line, as the open files have them."""
    told = {
        "on": head.on.isoformat(),
        "as_of": head.as_of.isoformat() if head.as_of else None,
        "publication": head.publication,
        "rows": head.rows,
    }
    yield msgspec.json.encode(told)[:-1] + b',"items":['
    before = b"\n"
    for batch in _batches(numbers):
        yield before + b",\n".join(row_json(spoken, head.on) for spoken in batch)
        before = b",\n"
    yield b"\n]}\n"


def _batches(numbers: Sequence[int]) -> Iterator[list[Spoken]]:
    """Yield what publications say in their order, some hundred at a time, without what was redacted. A query each."""
    for start in range(0, len(numbers), BATCH):
        wanted = numbers[start : start + BATCH]
        found = {spoken.publication: spoken for spoken in speaking(wanted)}
        if batch := [found[number] for number in wanted if number in found and found[number].payload]:
            yield batch
