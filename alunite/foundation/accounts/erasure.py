"""Handing out everything held of a person, and taking it away."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from django.db import transaction

from alunite.foundation.accounts.models import Person, sign_in_name
from alunite.foundation.accounts.personal import By, holdings
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.history import decided
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Entry

ACCOUNT = "account"


class CannotErase(ValueError):
    """The person cannot be erased; the text says what was expected."""


def find_person(name: str) -> Person:
    """Return the person of a sign-in name or opaque id; `Person.DoesNotExist` if there is none."""
    by_id = Person.objects.filter(pk=name).first() if len(name) in {32, 36} and _is_hex(name) else None
    return by_id or Person.objects.get(username=sign_in_name(name))


def everything_held(person: Person, *, actor: Actor) -> dict[str, Any]:
    """Return everything held of a person, JSON-ready, and write down that it was handed out."""
    require(actor, "people.export")
    found = {held.name: held.holding.find(person) for held in holdings()}
    with transaction.atomic():
        record("person.exported", record_type="person", record_id=str(person.pk), payload={}, actor=actor.label)
    return {"person": str(person.pk), "held": found}


def as_zip(data: dict[str, Any]) -> bytes:
    """Return the same as files anybody can read: one text for each kind of thing, and the JSON beside them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for held in holdings():
            archive.writestr(f"{held.name}.txt", _readable(held.title, data["held"][held.name]))
        archive.writestr("everything.json", json.dumps(data, ensure_ascii=False, indent=2))
    return packed.getvalue()


def what_would_go(person: Person) -> dict[str, int]:
    """Return of each kind of thing how much is held, before anything is erased."""
    return {held.name: len(held.holding.find(person)) for held in holdings()}


def erase_person(person: Person, *, decision: str, actor: Actor, cause: Entry) -> dict[str, int]:
    """Take away every personal value held of a person, and return how much of each kind changed.

    The opaque id stays, and so do the entries of history: what the person did stays attributable to the id.

    Raises
    ------
    NotDecided
        If no two people decided to erase this person.
    CannotErase
        If the person was erased already.
    """
    require(actor, "people.erase")
    decided.require_decided(decision, decided.SUBJECT, [subject_of(person)])
    with transaction.atomic():
        held = Person.objects.select_for_update().get(pk=person.pk)
        if held.erased_by:
            raise CannotErase(f"erased already, by decision {held.erased_by}")
        by = By(decision, actor.label, cause)
        # Rooms above first and the account last: they find their rows by what it and its own rows say.
        above_first = holdings()[::-1]
        ordered = sorted(above_first, key=lambda kind: kind.name == ACCOUNT)
        counts = {kind.name: kind.holding.erase(held, by) for kind in ordered}
        payload = {"decision": decision, "changed": counts}
        label = actor.label
        record("person.erased", record_type="person", record_id=str(held.pk), payload=payload, actor=label, cause=cause)
    return counts


def subject_of(person: Person) -> str:
    """Return what a decision calls a person."""
    return f"person:{person.pk}"


def _is_hex(text: str) -> bool:
    return all(char in "0123456789abcdefABCDEF-" for char in text)


def _readable(title: str, rows: list[dict[str, Any]]) -> str:
    lines = [title, "=" * len(title), ""]
    for row in rows:
        lines += [f"{name}: {value}" for name, value in row.items()] + [""]
    return "\n".join(lines if rows else [*lines, "Nothing."]) + "\n"
