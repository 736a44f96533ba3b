"""What this room holds of a person: applications of their organisations in which their name or address was typed."""

from __future__ import annotations

import json
from typing import Any

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.personal import By, holds, names_people
from alunite.foundation.accounts.queries import addresses_of
from alunite.foundation.core.text import fold
from alunite.foundation.history.models import Entry
from alunite.programme.members.joining.models import Application

# Shorter ones stand in too many words.
SHORTEST_NAME = 4


@holds("applications", "Lines of applications that name you")
class Applications:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return the lines that hold the person's name or one of their addresses."""
        words = _words(person)
        return [
            {"application": str(one.pk), "question": question, "line": line}
            for one in _applications(person)
            for question, text in one.answers.items()
            for line in str(text).splitlines()
            if _names(line, words)
        ]

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002, the entries that hold them are emptied with the others
        """Take those lines out; the rest of an answer is somebody else's."""
        words, changed = _words(person), 0
        for one in _applications(person):
            kept = {
                question: "\n".join(line for line in text.splitlines() if not _names(line, words))
                for question, text in one.answers.items()
                if _names(text, words)
            }
            if kept:
                one.answers = {**one.answers, **kept}
                one.save(update_fields=["answers"])
                changed += len(kept)
        return changed


@names_people
def entries_of_applications(person: Person) -> list[Entry]:
    """Return the entries of history about those applications that hold the person's name or address."""
    words = _words(person)
    ids = [str(one.pk) for one in _applications(person)]
    saved = Entry.objects.filter(record_type="application", record_id__in=ids, payload__erased_by=None)
    return [
        one
        for one in saved.select_related("payload").order_by("pk")
        if _names(json.dumps(one.data or {}, ensure_ascii=False), words)
    ]


def _applications(person: Person) -> list[Application]:
    """Return the applications of the organisations the person ever belonged to, one row each."""
    theirs = Application.objects.filter(membership__organisation__affiliations__person=person)
    return list(theirs.distinct().order_by("pk"))


def _words(person: Person) -> set[str]:
    name = fold(person.display_name)
    return {fold(one) for one in addresses_of(person)} | ({name} if len(name) >= SHORTEST_NAME else set())


def _names(text: str, words: set[str]) -> bool:
    folded = fold(text)
    return any(word in folded for word in words)
