"""What the page that gives criteria shows. No query, no rule."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from alunite.programme.assessments.giving.forms import GiveForm
from alunite.programme.assessments.queries import Whole


def shown(whole: Whole, form: GiveForm) -> dict[str, Any]:
    """Return the criteria that are asked, principle by principle, each with whose it is and whether it was ticked."""
    ticked = set(form.data.getlist("numbers")) if form.is_bound else set()  # type: ignore[attr-defined]  # a QueryDict
    whole_parts = set(form.data.getlist("principles")) if form.is_bound else set()  # type: ignore[attr-defined]
    rows = [row for row in whole.rows if row.asked.is_asked]
    return {
        "assessment": whole.assessment,
        "form": form,
        "parts": [
            (principle, str(principle.number) in whole_parts, [(row, row.number in ticked) for row in group])
            for principle, group in groupby(rows, key=lambda row: row.asked.principle)
        ],
    }
