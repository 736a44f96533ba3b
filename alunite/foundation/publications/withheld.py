"""What two people took out and have not released: it is neither published again nor told by a record beside it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from alunite.foundation.publications.models import RELEASED, Publication, Redaction

LOOK_UP = 500


def withheld_redactions() -> QuerySet[Redaction]:
    """Return the redactions after which nothing was said of their subject, nor was it released.

    That a record was withdrawn says nothing of it: one that was redacted and had left, or leaves, stays withheld.
    """
    since = Publication.objects.filter(
        Q(body__payload__isnull=False) | Q(withdrawal=RELEASED),
        kind=OuterRef("publication__kind"),
        subject=OuterRef("publication__subject"),
        version__gt=OuterRef("publication__version"),
    )
    return Redaction.objects.exclude(Exists(since))


def withheld(kind_name: str, subjects: Iterable[str]) -> set[str]:
    """Return which of these subjects of a kind are withheld. One query for each 500."""
    asked = sorted(set(subjects))
    found: set[str] = set()
    for start in range(0, len(asked), LOOK_UP):
        among = withheld_redactions().filter(
            publication__kind=kind_name, publication__subject__in=asked[start : start + LOOK_UP]
        )
        found.update(among.values_list("publication__subject", flat=True))
    return found
