"""What the page of changes between two days shows. No query, only words and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from alunite.front.register.changes import IN, OUT, SAID, STATE, Change, fields_changed
from alunite.front.register.models import Record
from alunite.front.register.present.words import STATE_WORDS, Status, line, status, withdrawal
from alunite.front.register.site import Site

CHANGE_WORDS = {
    IN: gettext_lazy("Came in"),
    OUT: gettext_lazy("Went out"),
    STATE: gettext_lazy("Changed state"),
    SAID: gettext_lazy("Said otherwise"),
}
FIELD_WORDS = {
    "activities": gettext_lazy("activities"),
    "announced_date": gettext_lazy("day of the announcement"),
    "certificate_number": gettext_lazy("number"),
    "certified_since": pgettext_lazy("field", "certified since"),
    "countries": gettext_lazy("countries"),
    "entity": gettext_lazy("entity"),
    "expiry_date": gettext_lazy("last day"),
    "family": gettext_lazy("standard"),
    "firm": gettext_lazy("audit firm"),
    "issue_date": gettext_lazy("day of issue"),
    "level": gettext_lazy("level"),
    "members": gettext_lazy("members"),
    "scope": gettext_lazy("scope"),
    "source_url": gettext_lazy("source"),
    "version": gettext_lazy("version"),
}


@dataclass(frozen=True, slots=True)
class Changed:
    """A line that changed: what it is, what happened, its states, and what is said otherwise."""

    what: str
    word: str
    url: str
    entity: str
    standard: str
    version: str
    was: Status | None
    is_now: Status | None
    fields: list[str]
    why: str


def changed(page: Sequence[Change], records: Mapping[int, Record], day: date, site: Site) -> list[Changed]:
    """Return a page of changes; what was redacted since is left out of it."""
    made = (_changed(change, records, day, site) for change in page)
    return [one for one in made if one is not None]


def _changed(change: Change, records: Mapping[int, Record], day: date, site: Site) -> Changed | None:
    before, after = records.get(change.before), records.get(change.after)
    shown = next((one for one in (after, before) if one is not None and one.payload), None)
    if shown is None:
        return None
    told = line(shown, day, site)
    fields: list[str] = []
    if before is not None and after is not None and before.payload and after.payload:
        names = fields_changed(before.payload, after.payload) if before.pk != after.pk else []
        fields = [str(FIELD_WORDS.get(name, name.replace("_", " "))) for name in names]
    is_state = change.what == STATE
    return Changed(
        what=change.what,
        word=str(CHANGE_WORDS[change.what]),
        url=told.url,
        entity=told.entity,
        standard=told.standard,
        version=told.version,
        was=_status(change.was, site) if change.before and (is_state or change.what == OUT) else None,
        is_now=_status(change.is_now, site) if change.after and (is_state or change.what == IN) else None,
        fields=fields,
        why=_why(change, after),
    )


def _status(state: str, site: Site) -> Status:
    shown = status(state, "", site)
    return Status(shown.state, shown.mark, shown.word)


def _why(change: Change, after: Record | None) -> str:
    if change.what != OUT:
        return ""
    if after is not None and after.withdrawal:
        return withdrawal(after)
    return _("told under a certificate, or withdrawn")


def moves(found: Sequence[tuple[str, str, int]]) -> list[dict[str, Any]]:
    """Return from which state to which how many lines went."""
    return [
        {"was": str(STATE_WORDS.get(was, was)), "is_now": str(STATE_WORDS.get(now, now)), "n": n}
        for was, now, n in found
    ]
