"""Where else what is published of firms stands, for whoever has to take it out."""

from __future__ import annotations

from collections.abc import Sequence

from alunite.foundation.decisions.acts import Beneath, stands_beneath
from alunite.foundation.merging.queries import have_spoken_for
from alunite.foundation.publications.queries import told_in
from alunite.programme.audits.models import Finding


@stands_beneath("firm")
def beneath_firms(subjects: Sequence[str]) -> Beneath:
    """Return the entries that name firms, and those that spoke for them. Records that only name them are others'."""
    records = [("firm", pk) for pk in have_spoken_for("firm", subjects)]
    return Beneath(records=records, entries=[("firm", pk) for pk in subjects])


@stands_beneath("audit")
def beneath_audits(subjects: Sequence[str]) -> Beneath:
    """Return the findings an audit is told with, other audits' words of them, and the entries that state it and them."""
    findings = list(Finding.objects.filter(audit__in=subjects).values_list("pk", flat=True))
    return Beneath(
        records=[("finding", pk) for pk in findings],
        publications=told_in("audit", findings),
        entries=[*(("audit", pk) for pk in subjects), *(("finding", pk) for pk in findings)],
    )


@stands_beneath("finding")
def beneath_findings(subjects: Sequence[str]) -> Beneath:
    """Return the audits that tell of findings, those that once told of them, and the entries that state these."""
    audits = Finding.objects.filter(pk__in=subjects).exclude(audit=None).values_list("audit_id", flat=True)
    return Beneath(
        records=[("audit", pk) for pk in audits if pk],
        publications=told_in("audit", subjects),
        entries=[("finding", pk) for pk in subjects],
    )
