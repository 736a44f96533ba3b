"""What the page of a workbook shows: every change it would make, word by word. No query, no rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alunite.programme.assessments.forms import version_label
from alunite.programme.assessments.models import Assessment, SentWorkbook
from alunite.programme.assessments.present import FIELD_WORDS
from alunite.programme.assessments.queries import Now
from alunite.programme.assessments.rules import Asked
from alunite.programme.assessments.workbook.forms import CHOICE
from alunite.programme.assessments.workbook.layout import Words
from alunite.programme.assessments.workbook.rules import Choice, Merged, Outcome, Piece, mark, pieces

TEXTS = frozenset({"text", "gap"})


@dataclass(frozen=True, slots=True)
class LineShown:
    """What a workbook says otherwise of one field.

    Parameters
    ----------
    number, title : str
        Of the criterion.
    label : str
        Of the field.
    pieces : list of Piece
        What becomes of what it said when the workbook was written.
    before, now, sent : str
        What it said then, what stands, what the workbook says.
    name : str
        Of the choice a conflict needs, in the form.
    chosen : str
        What was chosen of it so far.
    is_day : bool
        Whether its values are days.
    """

    number: str
    title: str
    label: Any
    cell: str
    before: str
    now: str
    sent: str
    name: str
    chosen: str
    is_day: bool = False
    pieces: list[Piece] = field(default_factory=list)


def shown(
    sent: SentWorkbook,
    merged: Sequence[Merged],
    asked: Sequence[Asked],
    words: Words,
    choices: Mapping[str, str],
) -> dict[str, Any]:
    """Return the differences of a workbook: changes, conflicts, and how many say what stands already."""
    order = {one.number: (place, one.criterion.title) for place, one in enumerate(asked)}
    lines = sorted(merged, key=lambda one: (order[one.wish.number][0], list(FIELD_WORDS).index(one.wish.field)))

    def of(outcome: Outcome) -> list[LineShown]:
        return [_line(one, order[one.wish.number][1], words, choices) for one in lines if one.outcome is outcome]

    return {
        "sent": sent,
        "seen": mark(merged, sent.sha256),
        "changes": of(Outcome.CHANGE),
        "conflicts": of(Outcome.CONFLICT),
        "same": len(of(Outcome.SAME)),
        "choice_sent": Choice.SENT,
        "choice_now": Choice.NOW,
    }


def _line(one: Merged, title: str, words: Words, choices: Mapping[str, str]) -> LineShown:
    wish = one.wish
    before, now, sent = (words.cell(wish.field, text or "") for text in (wish.before, one.now, wish.sent))
    is_text = wish.field in TEXTS and bool(before) and bool(sent)
    return LineShown(
        number=wish.number,
        title=title,
        label=FIELD_WORDS[wish.field],
        cell=wish.cell,
        before=before,
        now=now,
        sent=sent,
        name=f"{CHOICE}{wish.key}",
        chosen=choices.get(wish.key, ""),
        is_day=wish.field == "gap_due",
        pieces=pieces(before, sent)
        if is_text
        else [Piece(before, "-")] * bool(before) + [Piece(sent, "+")] * bool(sent),
    )


def head(assessment: Assessment, now: Now) -> dict[str, Any]:
    """Return what the head of the page shows."""
    return {
        "assessment": assessment,
        "scope": assessment.scope,
        "label": version_label(now.pack, assessment.standard),
    }
