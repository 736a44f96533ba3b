"""Whose criteria and gaps are when somebody leaves: their successor's, with an entry of history for each answer."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.leaving import works
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.history.models import Entry
from alunite.programme.assessments.actions import values_of
from alunite.programme.assessments.models import Answer
from alunite.programme.assessments.sites.actions import gaps_of, hand_over_gaps

BATCH = 500


@works("assessments.criteria", _("criteria to answer, and gaps to close"), "assessments")
class Criteria:
    """Answers that name the person as the one who answers, or who sees to the gap, of all sites or of one."""

    def count(self, person: Person, organisation: Organisation) -> int:
        """Return how many answers name the person."""
        return _of(person, organisation).count() + gaps_of(person, organisation).count()

    def hand_over(
        self, person: Person, to: Person | None, organisation: Organisation, *, actor: Actor, cause: Entry
    ) -> int:
        """Name the successor wherever the person was named. Who said what stays as it was."""
        held = list(_of(person, organisation).select_for_update(of=("self",)).order_by("pk"))
        changes = []
        for answer in held:
            changed = [name for name in ("owner", "gap_owner") if getattr(answer, f"{name}_id") == person.pk]
            for name in changed:
                setattr(answer, name, to)
            answer.version += 1
            payload = {"values": values_of(answer), "changed": sorted(changed)}
            changes.append(Change("answer", f"{answer.assessment_id}/{answer.number}", payload))
        columns = ["owner", "gap_owner", "version"]
        Answer.objects.bulk_update(held, columns, batch_size=BATCH)
        record_many("answer.handed_over", changes, actor=actor.label, cause=cause)
        return len(held) + hand_over_gaps(person, to, organisation, actor=actor, cause=cause)


def _of(person: Person, organisation: Organisation) -> QuerySet[Answer]:
    named = Q(owner=person) | Q(gap_owner=person)
    return Answer.objects.filter(named, assessment__organisation=organisation)
