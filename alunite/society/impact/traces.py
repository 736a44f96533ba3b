"""Where else what is published of figures stands, for whoever has to take it out."""

from __future__ import annotations

from collections.abc import Sequence

from alunite.foundation.decisions.acts import Beneath, stands_beneath
from alunite.foundation.publications.queries import told_in
from alunite.society.impact.models import Figure


@stands_beneath("figure")
def beneath_figures(subjects: Sequence[str]) -> Beneath:
    """Return the figures beside which these are told, those beside which they once were, and the entries that state these."""
    things = Figure.objects.filter(pk__in=subjects).values("subject")
    beside = Figure.objects.filter(subject__in=things).exclude(pk__in=subjects)
    return Beneath(
        records=[("figure", pk) for pk in beside.values_list("pk", flat=True)],
        publications=told_in("figure", subjects),
        entries=[("figure", pk) for pk in subjects],
    )
