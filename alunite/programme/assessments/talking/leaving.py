"""Whose comments and answers to look at are when somebody leaves: their successor's."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.leaving import works
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.threads.actions import hand_over_threads
from alunite.foundation.messages.threads.models import Thread
from alunite.programme.assessments.talking.policies import ASSESSMENT


@works("assessments.threads", _("comments and answers to look at"), "assessments")
class Threads:
    """Threads about self assessments that wait for the person."""

    def count(self, person: Person, organisation: Organisation) -> int:
        """Return how many threads wait for the person."""
        return _of(person, organisation).count()

    def hand_over(
        self, person: Person, to: Person | None, organisation: Organisation, *, actor: Actor, cause: Entry
    ) -> int:
        """Let them wait for the successor, or for nobody."""
        return hand_over_threads(_of(person, organisation), to, actor=actor, cause=cause)


def _of(person: Person, organisation: Organisation) -> QuerySet[Thread]:
    return Thread.objects.filter(subject_type=ASSESSMENT, organisation=organisation, waits_for=person)
