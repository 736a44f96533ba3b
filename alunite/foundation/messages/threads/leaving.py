"""Which threads wait for whom when somebody leaves: for their successor."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.leaving import works
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.threads.actions import RECORD_TYPE
from alunite.foundation.messages.threads.models import Thread


@works("messages.threads", _("comments that wait for an answer"), "work")
class Threads:
    """Open threads of the organisation that wait for the person."""

    def count(self, person: Person, organisation: Organisation) -> int:
        """Return how many wait."""
        return _waiting(person, organisation).count()

    def hand_over(
        self, person: Person, to: Person | None, organisation: Organisation, *, actor: Actor, cause: Entry
    ) -> int:
        """Let them wait for the successor, or for nobody."""
        held = list(_waiting(person, organisation).select_for_update().order_by("pk"))
        Thread.objects.filter(pk__in=[one.pk for one in held]).update(waits_for=to)
        said = {"waits_for": str(to.pk) if to else ""}
        changes = [Change(RECORD_TYPE, one.pk.hex, said) for one in held]
        record_many("thread.handed_over", changes, actor=actor.label, cause=cause)
        return len(held)


def _waiting(person: Person, organisation: Organisation) -> QuerySet[Thread]:
    return Thread.objects.filter(organisation=organisation, waits_for=person, closed_at=None)
