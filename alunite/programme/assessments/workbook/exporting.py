"""A self assessment written as a workbook for whoever reads it, in their language."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alunite.foundation.accounts.policies import Actor
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.evidence.forms import note_of
from alunite.programme.assessments.evidence.policies import reading_in
from alunite.programme.assessments.forms import label_of, version_label
from alunite.programme.assessments.models import Assessment
from alunite.programme.assessments.queries import Now, Whole
from alunite.programme.assessments.workbook.queries import words_for
from alunite.programme.assessments.workbook.writing import Heading, workbook_of


def written(assessment: Assessment, now: Now, *, actor: Actor) -> bytes:
    """Return a self assessment as a workbook, with the titles of the evidence the actor may read. Five queries."""
    whole = room.whole(assessment, now)
    reads = reading_in(actor, assessment)
    evidence = {row.number: [one.title for one in row.evidence if reads(one)] for row in whole.rows if row.evidence}
    words = words_for(assessment, [row.answer for row in whole.rows if row.answer], now)
    title = f"{assessment.scope.title} · {version_label(now.pack, assessment.standard)}"
    heading = Heading(title, _lines(whole, now, title), evidence, timezone.localtime())
    return workbook_of(whole, words, heading)


def _lines(whole: Whole, now: Now, title: str) -> list[tuple[str, str]]:
    assessment, pack = whole.assessment, now.pack
    lines = [
        (_("Self assessment"), title),
        (_("Of"), assessment.organisation.name),
        (pgettext("of a workbook", "Written"), f"{timezone.localtime():%Y-%m-%d %H:%M %Z}"),
    ]
    if assessment.organisation.made_up:
        lines.insert(0, (_("Made up"), _("No person, company or figure in this workbook is real.")))
    head = _("Levels")
    for level in whole.wanted.levels:
        lines.append((head, f"{label_of(level)} ({note_of(pack, level)})"))
        head = ""
    return lines


def file_name(assessment: Assessment) -> str:
    """Return a name for the file: plain letters, told apart by the version and the day."""
    return f"self-assessment-{assessment.standard}-{assessment.pk}-{timezone.localtime():%Y-%m-%d}.xlsx"
