"""The act of erasing a person: everything held of them goes, the opaque id stays."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from alunite.foundation.accounts.erasure import erase_person, find_person, subject_of
from alunite.foundation.accounts.holding import erasable_entries
from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.personal import holdings
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.decisions.acts import Act, Line, Preview, Shown, Touches, register_act
from alunite.foundation.history import decided
from alunite.foundation.history.models import Entry


class ErasePerson(Act):
    """Erase a person."""

    name = "erase_person"
    label = gettext_lazy("Erase a person: take out everything held of them")
    help = gettext_lazy("A sign-in name, or the opaque id that history names the person by.")

    def find(self, text: str) -> str:
        """Return ``person:<opaque id>``."""
        try:
            person = find_person(text)
        except Person.DoesNotExist as error:
            raise ValueError(gettext("expected the sign-in name or id of a person")) from error
        if person.erased_by:
            raise ValueError(gettext("this person is erased already"))
        return subject_of(person)

    def touches(self, subjects: Sequence[str]) -> dict[str, Any]:
        """Return the people, and the entries about them that still hold something."""
        people = _people(subjects)
        return decided.touches(
            subject=[subject_of(person) for person in people],
            entry=[entry.pk for person in people for entry in erasable_entries(person)],
        )

    def preview(self, touches: Touches) -> Preview:
        """Return of each person how much of each kind would go."""
        people = _people([str(name) for name in touches.get(decided.SUBJECT, ())])
        counts = {"records": len(people), "entries": len(touches.get(decided.ENTRY, ()))}
        return Preview(counts, tuple(_shown(person) for person in people), 0)

    def carry_out(self, decision: str, touches: Touches, *, actor: Actor, cause: Entry) -> dict[str, int]:
        """Erase each."""
        people = _people([str(name) for name in touches.get(decided.SUBJECT, ())])
        for person in people:
            erase_person(person, decision=decision, actor=actor, cause=cause)
        return {"people": len(people), "entries": len(touches.get(decided.ENTRY, ()))}


def _people(subjects: Sequence[str]) -> list[Person]:
    ids = [uuid.UUID(subject.partition(":")[2]) for subject in subjects]
    return list(Person.objects.filter(pk__in=ids, erased_by="").order_by("pk"))


def _shown(person: Person) -> Shown:
    goes = tuple(Line(held.title, str(len(held.holding.find(person)))) for held in holdings())
    return Shown(str(person), goes, (Line(gettext("opaque id"), str(person.pk)),))


register_act(ErasePerson())
