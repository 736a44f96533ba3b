"""Days of memberships in the calendars of those who may see them."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext

from alunite.foundation.accounts.policies import Actor, allows
from alunite.foundation.adoption.queries import NoScheme, current_pack
from alunite.foundation.messages.calendars import Marked, dates
from alunite.programme.members.joining import queries
from alunite.programme.members.joining.models import ENDED


@dates("members")
def last_days(actor: Actor, first: date, last: date) -> list[Marked]:
    """Return the last days to pay what is open, and to reach a first certificate. Six queries."""
    try:
        scheme = current_pack().membership
    except NoScheme:
        scheme = None
    if scheme is None or not allows(actor, "membership.list"):
        return []
    going_on = [one for one in queries.memberships_visible_to(actor, scheme) if one.state not in ENDED]
    days = timedelta(days=scheme.clocks.invoice.days.value)
    found = [
        Marked(
            f"membership.pay:{one.number}",
            one.dated + days,
            gettext("Last day to pay a membership invoice"),
            f"{one.membership.organisation.name} · {one.number}",
            reverse("membership", args=[one.membership_id]),
        )
        for one in (queries.open_invoices_of(going_on) if going_on else [])
    ]
    for one in going_on:
        state = queries.light_of(one, scheme, first).result
        if state.last is not None and state.runs:
            title = gettext("Last day to reach the first certificate")
            address = reverse("membership", args=[one.pk])
            found.append(Marked(f"membership.certify:{one.pk}", state.last, title, one.organisation.name, address))
    return [one for one in found if first <= one.day <= last]
