"""What the register's tests are made of: the real samples, rows of one's own, and what the read tables hold."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from alunite.foundation.accounts.policies import IMPORTER, OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.importing.actions import ImportResult, import_files
from alunite.foundation.importing.kinds import import_kind, import_kinds
from alunite.foundation.publications.actions import ToPublish
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.queries import current_publications, read
from alunite.front.register.models import NOW, Facet, Held, Record, Row, Tally
from alunite.front.register.projector import EVENT
from alunite.front.register.search import TABLE

SAMPLES = settings.REPOSITORY / "samples" / "public-pages"
SOAK = float(os.environ.get("ALUNITE_SOAK", "0.1"))

# What a row of certificates needs at least (issue 2, section 5).
LEAST = {"member": "Test Metals", "entity": "Test works", "standard": "PS", "source_url": "https://example.org/1"}


def sample_rows(kind: str = "certificates") -> list[dict[str, str]]:
    """The rows of a sample, as a spreadsheet reads them."""
    with (SAMPLES / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def adopt() -> None:
    adopt_pack(settings.REPOSITORY / "schemes" / "asi", actor=OPERATOR)


def take_up_samples() -> None:
    adopt()
    result = import_files([(kind, SAMPLES / f"{kind}.csv") for kind in ("members", "certificates")], actor=IMPORTER)
    assert not result.faults, result.faults


def take_up_facts(folder: Path) -> None:
    """Take up real rows of all kinds; of quantities those of Hillside and of the world, which conflict."""
    adopt()
    files = [
        (kind.name, _cut(path, folder) if kind.name == "production" else path)
        for kind in import_kinds()
        for path in sorted(SAMPLES.parent.glob(f"*/{kind.name}.csv"))
    ]
    result = import_files(files, actor=IMPORTER)
    assert not result.faults, result.faults


def _cut(path: Path, folder: Path) -> Path:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if row["name"] == "Hillside" or row["level"] == "world"]
    shorter = folder / f"{path.parent.name}.csv"
    with shorter.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or ())
        writer.writeheader()
        writer.writerows(rows)
    return shorter


def take_up(folder: Path, *rows: dict[str, str]) -> ImportResult:
    """Import rows of certificates, each given as what differs from `LEAST`."""
    path = folder / "certificates.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, import_kind("certificates").column_names, restval="")
        writer.writeheader()
        writer.writerows(LEAST | row for row in rows)
    result = import_files([("certificates", path)], actor=IMPORTER)
    assert not result.faults, result.faults
    return result


@contextmanager
def undone() -> Iterator[None]:
    """Undo at the end whatever is written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def said(kind: str, **has: Any) -> dict[str, Any]:
    """What was last published of the one subject of a kind whose payload has these values."""
    found = [
        item.payload
        for item in read(current_publications().filter(kind=kind))
        if item.payload and all(item.payload[name] == value for name, value in has.items())
    ]
    assert len(found) == 1, f"{len(found)} publications of {kind} have {has}"
    return found[0]


_DAYS = ("issue_date", "expiry_date", "certified_since", "announced_date")


def stated(subject: str, kind: str = EVENT, **changes: Any) -> ToPublish:
    """What is to be published of an event, or of a certificate, of which next to nothing is known."""
    payload: dict[str, Any] = {
        **dict.fromkeys(("version", "version_printed", "level", "scope", "certificate_number", "event"), UNKNOWN),
        **dict.fromkeys(_DAYS, UNKNOWN),
        "id": subject,
        "entity": "Works",
        "members": [],
        "countries": [UNKNOWN],
        "family": "ps",
        "activities": [UNKNOWN],
        "firm": None,
        "source_url": "https://example.org/1",
        "timeline": [],
    }
    if kind == EVENT:
        payload |= {"record_id": f"R-{subject}", "certificate": "", "statement_version": 1}
    else:
        event = {name: payload[name] for name in ("entity", "event", *_DAYS, "source_url")}
        payload |= {"events": [event | {"id": "99999999", "record_id": f"R-{subject}"}]}
    return ToPublish(subject, payload | changes)


def address(kind: str, subject: str) -> str:
    """The full address of a record."""
    folder = {
        "certificate": "certificates",
        "certification_event": "events",
        "facility": "facilities",
        "figure": "figures",
        "firm": "firms",
        "member": "members",
    }
    return f"/{folder[kind]}/{subject}-{shown(kind, subject).slug}/"


def shown(kind: str, subject: str = "", **has: Any) -> Record:
    """The one record of a kind shown now that has these values."""
    found = Record.objects.filter(NOW, kind=kind, **{f"payload__{name}": value for name, value in has.items()})
    return found.get(subject=subject) if subject else found.get()


def text_index() -> list[tuple[Any, ...]]:
    words = "words::text" if connection.vendor == "postgresql" else "words"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid, {words} FROM {TABLE} ORDER BY rowid")
        return cursor.fetchall()


def read_tables() -> dict[str, list[Any]]:
    """Everything the register reads, of all versions, without the numbers a database gives to rows of its own."""
    held = {
        "record": Record.objects.order_by("pk"),
        "row": Row.objects.order_by("pk"),
        "held": Held.objects.order_by("publication", "first"),
        "facet": Facet.objects.order_by("publication", "name", "value"),
        "tally": Tally.objects.order_by("name", "value"),
    }
    tables: dict[str, list[Any]] = {
        name: [{key: value for key, value in line.items() if key != "id"} for line in queryset.values()]
        for name, queryset in held.items()
    }
    return tables | {"text": text_index()}


def publication_count() -> int:
    return Publication.objects.count()
