"""Decisions that wait for a second person."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from alunite.foundation.accounts.policies import Actor, allows
from alunite.foundation.accounts.queries import names_of_actors, people_in_role
from alunite.foundation.accounts.roles import SECRETARIAT_ROLES, OrganisationKind
from alunite.foundation.core.clocks import Clock, Passed, Span, holders
from alunite.foundation.core.judgement import OURS, Param, Trust
from alunite.foundation.decisions.acts import act_named
from alunite.foundation.decisions.models import Decision, State
from alunite.foundation.messages.tasks import Task, tasks


@tasks("decisions", gettext_lazy("Decisions"))
def decisions_to_answer(actor: Actor, today: date) -> list[Task]:
    """Return open decisions: another's to be answered, one's own waiting for another. Two queries."""
    del today
    if not allows(actor, "decisions.answer"):
        return []
    waiting = Decision.objects.filter(state=State.PROPOSED, expires_at__gt=timezone.now())
    found = list(waiting.order_by("expires_at", "pk"))
    names = names_of_actors([f"person:{one.proposed_by}" for one in found])
    return [_to_answer(actor, one, names[f"person:{one.proposed_by}"]) for one in found]


def _to_answer(actor: Actor, decision: Decision, name: str) -> Task:
    is_own = str(decision.proposed_by) == actor.person_id
    another = gettext("Another person")
    proposed = timezone.localdate(decision.proposed_at)
    days = Span((decision.expires_at - decision.proposed_at).days)
    passed = (
        Passed(proposed, gettext("You") if is_own else name, gettext("proposed")),
        Passed(proposed, another if is_own else gettext("You"), gettext("to confirm or refuse")),
    )
    label = str(act_named(decision.act).label)
    if is_own:
        told = gettext("You proposed it because %(reason)s. Another person confirms or refuses it.")
    else:
        told = gettext("%(name)s proposed it because %(reason)s. Confirming carries it out at once, and for good.")
    return Task(
        key=f"decisions.answer:{decision.pk}",
        title=gettext("Wait for the answer to a decision") if is_own else gettext("Confirm or refuse a decision"),
        about=f"{label} · {decision.pk}",
        address=reverse("decision", args=[decision.pk]),
        act=gettext("Open the decision"),
        is_mine=not is_own,
        who=another if is_own else "",
        place=gettext("Secretariat") if is_own else "",
        clock=Clock("decisions.lapse", proposed, Param(days, Trust.DESIGN, OURS)),
        told=told % {"name": name, "reason": decision.get_ground_display()},
        ends=gettext("when a second person confirms or refuses it"),
        if_late=gettext("it lapses unanswered, and has to be proposed again"),
        held=holders(passed),
        reminds=partial(people_in_role, Q(organisation__kind=OrganisationKind.SECRETARIAT, role__in=SECRETARIAT_ROLES)),
    )
