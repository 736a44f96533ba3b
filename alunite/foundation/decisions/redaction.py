"""The acts of taking out what was said or recorded, and of letting it be said again."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy, ngettext

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.decisions.acts import Act, Beneath, Line, Preview, Shown, Touches, beneath, register_act
from alunite.foundation.history import decided
from alunite.foundation.history.actions import erase, may_be_erased
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.actions import redact, release
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.queries import record_meant
from alunite.foundation.publications.withheld import withheld

SHOWN = 20
LONGEST_VALUE = 400

RECORD, PUBLICATION, ENTRY = "record", "publication", "entry"

_NUMBER = re.compile(r"(?:(?:publication|entry)[ :]+)?([0-9]{1,18})")


class Redact(Act):
    """Take out what publications say, and what was said beneath them."""

    name = "redact"
    label = gettext_lazy("Redact: take out what was published")
    help = gettext_lazy(
        "The address of a record, its kind and id (certificate 4k7m2x9p), or the number of one publication. "
        "An address takes every version of the record and what it was made from; a number takes that one version alone."
    )

    def find(self, text: str) -> str:
        """Return ``publication:<number>`` or ``record:<kind>:<id>``."""
        if number := _NUMBER.fullmatch(text):
            if not Publication.objects.filter(pk=int(number[1])).exists():
                raise ValueError(gettext("there is no publication of that number"))
            return f"{PUBLICATION}:{int(number[1])}"
        kind, subject = record_meant(text)
        return f"{RECORD}:{kind}:{subject}"

    def touches(self, subjects: Sequence[str]) -> dict[str, Any]:
        """Return publications that still say something, and payloads of history beneath records."""
        alone, records = _read(subjects)
        found = [beneath(kind, ids) for kind, ids in sorted(records.items())]
        return decided.touches(
            publication=[*_still_said(_told_of(alone, found), _with_beneath(records, found))],
            entry=[*_entries_beneath(found)],
        )

    def preview(self, touches: Touches) -> Preview:
        """Return the publications with every value they hold, then the entries of history."""
        publications = Publication.objects.filter(pk__in=touches.get(PUBLICATION, ())).select_related("body")
        return _preview(touches, publications.order_by("-pk"), _entries(touches))

    def carry_out(self, decision: str, touches: Touches, *, actor: Actor, cause: Entry) -> dict[str, int]:
        """Redact and erase."""
        numbers = [int(pk) for pk in touches.get(PUBLICATION, ())]
        entries = list(_entries(touches))
        return {
            "publications": redact(numbers, decision=decision, actor=actor, cause=cause) if numbers else 0,
            "entries": erase(entries, decision=decision, actor=actor.label, cause=cause) if entries else 0,
        }


class Erase(Act):
    """Erase payloads of history."""

    name = "erase"
    label = gettext_lazy("Erase: take out what an entry of history holds")
    help = gettext_lazy("Numbers of entries of history, as the history of a record lists them.")

    def find(self, text: str) -> str:
        """Return ``entry:<number>``."""
        number = _NUMBER.fullmatch(text)
        entry = Entry.objects.filter(pk=int(number[1])).first() if number else None
        if entry is None:
            raise ValueError(gettext("expected the number of an entry of history"))
        if not may_be_erased(entry):
            raise ValueError(gettext("this entry makes what is gone accountable, and cannot be erased"))
        return f"{ENTRY}:{entry.pk}"

    def touches(self, subjects: Sequence[str]) -> dict[str, Any]:
        """Return the entries that still have their payload."""
        numbers = [int(subject.partition(":")[2]) for subject in subjects]
        return decided.touches(
            entry=[*Entry.objects.filter(pk__in=numbers, payload__erased_by=None).values_list("pk", flat=True)]
        )

    def preview(self, touches: Touches) -> Preview:
        """Return the entries with what they hold."""
        return _preview(touches, Publication.objects.none(), _entries(touches))

    def carry_out(self, decision: str, touches: Touches, *, actor: Actor, cause: Entry) -> dict[str, int]:
        """Erase."""
        return {"entries": erase(list(_entries(touches)), decision=decision, actor=actor.label, cause=cause)}


class Release(Act):
    """Let a redacted record be published again."""

    name = "release"
    label = gettext_lazy("Release: let a redacted record be published again")
    help = gettext_lazy(
        "The address of a record, or its kind and id. What was taken out stays out; what is stated or adopted from "
        "then on is published again. A certificate or an audit tells again of what it is made from once that is "
        "released as well."
    )

    def find(self, text: str) -> str:
        """Return ``record:<kind>:<id>`` of a record that is withheld."""
        kind, subject = record_meant(text)
        if not withheld(kind, [subject]):
            raise ValueError(gettext("it is not redacted"))
        return f"{RECORD}:{kind}:{subject}"

    def touches(self, subjects: Sequence[str]) -> dict[str, Any]:
        """Return the records that are still withheld."""
        _, records = _read(subjects)
        return decided.touches(
            subject=[f"{kind}:{subject}" for kind, ids in records.items() for subject in withheld(kind, ids)]
        )

    def preview(self, touches: Touches) -> Preview:
        """Return the records; nothing goes."""
        names = [str(name) for name in touches.get(decided.SUBJECT, ())]
        return Preview({"records": len(names)}, tuple(Shown(name, (), ()) for name in names[:SHOWN]), 0)

    def carry_out(self, decision: str, touches: Touches, *, actor: Actor, cause: Entry) -> dict[str, int]:
        """Release."""
        subjects = [_parted(str(name)) for name in touches.get(decided.SUBJECT, ())]
        return {"records": len(release(subjects, decision=decision, actor=actor, cause=cause))}


def _parted(name: str) -> tuple[str, str]:
    kind, _, subject = name.partition(":")
    return kind, subject


def _read(subjects: Sequence[str]) -> tuple[list[int], dict[str, list[str]]]:
    """Return the publications named alone, and the records by kind."""
    alone: list[int] = []
    records: dict[str, list[str]] = defaultdict(list)
    for text in subjects:
        what, _, rest = text.partition(":")
        if what == PUBLICATION:
            alone.append(int(rest))
        else:
            kind, subject = _parted(rest)
            records[kind].append(subject)
    return alone, records


def _with_beneath(records: dict[str, list[str]], found: Sequence[Beneath]) -> dict[str, list[str]]:
    all_of: dict[str, list[str]] = defaultdict(list)
    for kind, ids in records.items():
        all_of[kind] += ids
    for item in found:
        for kind, subject in item.records:
            all_of[kind].append(subject)
    return all_of


def _told_of(alone: Sequence[int], found: Sequence[Beneath]) -> list[int]:
    return [*alone, *(number for item in found for number in item.publications)]


def _any_of(records: dict[str, list[str]]) -> Q:
    asked = Q(pk__in=())
    for kind, ids in records.items():
        asked |= Q(kind=kind, subject__in=ids)
    return asked


def _still_said(alone: Sequence[int], records: dict[str, list[str]]) -> QuerySet[Publication, int]:
    asked = Q(pk__in=alone) | _any_of(records)
    return Publication.objects.filter(asked, body__payload__isnull=False).values_list("pk", flat=True)


def _entries_beneath(found: Sequence[Beneath]) -> list[int]:
    by_type: dict[str, set[str]] = defaultdict(set)
    for item in found:
        for record_type, record_id in item.entries:
            by_type[record_type].add(record_id)
    asked = Q(pk__in=())
    for record_type, ids in by_type.items():
        asked |= Q(record_type=record_type, record_id__in=ids)
    entries = Entry.objects.filter(asked, payload__erased_by=None).exclude(payload__payload="{}")
    return [entry.pk for entry in entries if may_be_erased(entry)]


def _entries(touches: Touches) -> QuerySet[Entry]:
    return Entry.objects.filter(pk__in=touches.get(ENTRY, ())).select_related("payload").order_by("pk")


def _preview(touches: Touches, publications: QuerySet[Publication], entries: QuerySet[Entry]) -> Preview:
    first = [_show_publication(row) for row in publications[:SHOWN]]
    shown = (*first, *(_show_entry(entry) for entry in entries[: SHOWN - len(first)]))
    counts = {
        "publications": len(touches.get(PUBLICATION, ())),
        "entries": len(touches.get(ENTRY, ())),
    }
    return Preview(counts, shown, sum(counts.values()) - len(shown))


def _show_publication(row: Publication) -> Shown:
    title = gettext("%(kind)s %(subject)s, version %(version)s of %(day)s") % {
        "kind": row.kind,
        "subject": row.subject,
        "version": row.version,
        "day": date_format(row.published_at, "j M Y"),
    }
    stays = (
        Line(gettext("number"), str(row.pk)),
        Line(gettext("published"), row.published_at.isoformat()),
        Line(gettext("digest"), row.digest),
        Line(gettext("notice"), gettext("that it was redacted, when, by which decision, for which reason")),
    )
    return Shown(title, _lines(json.loads(row.body.payload) if row.body.payload else {}), stays)


def _show_entry(entry: Entry) -> Shown:
    title = gettext("entry %(number)s: %(kind)s of %(record)s") % {
        "number": entry.pk,
        "kind": entry.kind,
        "record": f"{entry.record_type} {entry.record_id}",
    }
    stays = (
        Line(gettext("when"), entry.at.isoformat()),
        Line(gettext("by"), entry.actor),
        Line(gettext("digest"), entry.payload_digest),
        Line(gettext("notice"), gettext("that its payload was erased, when, by which decision")),
    )
    return Shown(title, _lines(entry.data or {}), stays)


def _lines(said: Any) -> tuple[Line, ...]:
    values = said.items() if isinstance(said, dict) else [("", said)]
    return tuple(Line(str(name), _value(value)) for name, value in values)


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) <= LONGEST_VALUE:
        return text
    rest = len(text) - LONGEST_VALUE
    more = ngettext("and %(n)s more character", "and %(n)s more characters", rest) % {"n": rest}
    return f"{text[:LONGEST_VALUE]}… {more}"


for _act in (Redact(), Erase(), Release()):
    register_act(_act)
