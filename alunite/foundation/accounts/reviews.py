"""Looking through who holds a role: still right, or over. Whoever leaves is otherwise forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from alunite.foundation.accounts.actions import record_affiliation
from alunite.foundation.accounts.models import Affiliation, Organisation, held_at
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.history.actions import record

REMINDED_AGAIN_AFTER = timedelta(days=14)


def confirm_affiliation(affiliation: Affiliation, *, actor: Actor) -> Affiliation:
    """Say that a role still holds; one that has ended stays ended."""
    require(actor, "organisation.people", affiliation.organisation)
    with transaction.atomic():
        held = Affiliation.objects.select_for_update().get(pk=affiliation.pk)
        if held.until is None:
            held.confirmed_at = timezone.now()
            held.save(update_fields=["confirmed_at"])
            record_affiliation("affiliation.confirmed", held, actor)
    return held


def overdue_before(at: datetime | None = None) -> datetime | None:
    """Return the instant before which a role should have been confirmed; None where no review is asked for."""
    days: int = settings.ALUNITE_REVIEW_DAYS
    return (at or timezone.now()) - timedelta(days=days) if days else None


def overdue(at: datetime | None = None) -> QuerySet[Affiliation]:
    """Return the roles that hold now and that nobody has confirmed for too long at an instant, now if none is named."""
    before = overdue_before(at)
    if before is None:
        return Affiliation.objects.none()
    seen = Affiliation.objects.annotate(seen_at=Coalesce("confirmed_at", "since"))
    return seen.filter(held_at(timezone.now()), seen_at__lt=before, until=None)


def remind_of_reviews(day: date, *, actor: Actor) -> int:
    """Write to those who look after an organisation with overdue roles, at most every two weeks; return how many.

    Days that are made up for are reminded of once: nobody gets three mails on the day the worker runs again.
    """
    require(actor, "people.remind")
    begun = datetime.combine(day, time(), UTC)
    waiting = Q(reminded_at=None) | Q(reminded_at__lt=begun - REMINDED_AGAIN_AFTER)
    organisations = Organisation.objects.filter(waiting, pk__in=overdue(begun).values("organisation_id"))
    return sum(_remind(organisation, begun, actor) for organisation in organisations.order_by("pk"))


def _remind(organisation: Organisation, begun: datetime, actor: Actor) -> int:
    addresses = _addresses(Q(organisation=organisation, role=Role.ADMIN))
    if not addresses:
        addresses = _addresses(Q(organisation__kind=OrganisationKind.SECRETARIAT, role=Role.OFFICE))
    context = {
        "organisation": organisation,
        "count": overdue(begun).filter(organisation=organisation).count(),
        "days": settings.ALUNITE_REVIEW_DAYS,
        # Without it nobody knows here what the site is called: half an address leads nowhere.
        "address": settings.ALUNITE_ORIGIN
        and urljoin(settings.ALUNITE_ORIGIN, reverse("organisation_people", args=[organisation.pk])),
    }
    subject = gettext("Please look through the people of %(organisation)s") % {"organisation": organisation.name}
    with transaction.atomic():
        organisation.reminded_at = max(begun, timezone.now())
        organisation.save(update_fields=["reminded_at"])
        for address in addresses:
            send_mail(subject, render_to_string("account/email/review.txt", context), None, [address])
        payload = {"mails": len(addresses)}
        pk = str(organisation.pk)
        record("organisation.reminded", record_type="organisation", record_id=pk, payload=payload, actor=actor.label)
    return len(addresses)


def _addresses(who: Q) -> list[str]:
    held = Affiliation.objects.filter(who, held_at(timezone.now()), person__is_active=True).exclude(person__email="")
    return sorted(set(held.values_list("person__email", flat=True)))
