"""Writing the workbook of a self assessment: what can be answered open, all else locked, with lists to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from alunite.programme.assessments.actions import FIELDS, values_of
from alunite.programme.assessments.present import APPLIES_WORDS, CARRIAGE_WORDS, FIELD_WORDS
from alunite.programme.assessments.queries import Row, Whole
from alunite.programme.assessments.rules import Carriage
from alunite.programme.assessments.sites.queries import Departure
from alunite.programme.assessments.workbook.layout import (
    COLUMNS,
    HEADINGS,
    ID,
    SHEET,
    VERSION,
    Words,
    key_of,
)

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = {
    "number": gettext_lazy("Criterion"),
    "title": gettext_lazy("Title"),
    "requirement": gettext_lazy("What is asked"),
    "applies": gettext_lazy("In this scope"),
    "carried": gettext_lazy("Carried over"),
    **FIELD_WORDS,
    "evidence": pgettext_lazy("of criteria", "Evidence"),
    "sites": gettext_lazy("Sites that say otherwise"),
    ID: gettext_lazy("Row"),
    VERSION: gettext_lazy("Version"),
}
WIDTHS = {
    "number": 9,
    "title": 28,
    "requirement": 44,
    "applies": 14,
    "carried": 12,
    "evidence": 28,
    "sites": 24,
    "level": 16,
    "text": 56,
    "gap": 44,
    "gap_due": 13,
    "gap_owner": 20,
    "owner": 20,
    "checked": 12,
    ID: 15,
    VERSION: 9,
}
FIRST = 2  # rows above the answers
LISTS = "lists"
MOST_TITLES = 20
# Before it, spreadsheets count days each in its own way.
FIRST_DAY = date(1900, 3, 1)
ALLOWED = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "sort": True,
    "autofilter": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "delete_rows": True,
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What a workbook says of itself: its title, pairs of label and value, titles of evidence by criterion, and when."""

    title: str
    lines: Sequence[tuple[str, str]]
    evidence: Mapping[str, Sequence[str]]
    at: datetime


def workbook_of(whole: Whole, words: Words, heading: Heading) -> bytes:
    """Return a self assessment as a workbook in the reader's language."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(buffer, options) as book:
        book.set_properties({"created": heading.at.replace(tzinfo=None), "title": heading.title})
        sheet, guidance, lists = (book.add_worksheet(name) for name in (str(SHEET), _("Guidance"), LISTS))
        _answers(book, sheet, whole, words, heading)
        _validate(sheet, lists, words, FIRST + len(whole.rows) - 1)
        _guide(book, guidance, heading)
    return buffer.getvalue()


def _answers(book: Workbook, sheet: Worksheet, whole: Whole, words: Words, heading: Heading) -> None:
    styles = _styles(book)
    for at, name in enumerate(COLUMNS):
        sheet.write_string(0, at, name, styles["name"])
        sheet.write_string(1, at, HEADINGS if name == ID else str(HEADS[name]), styles["head"])
        sheet.set_column(at, at, WIDTHS[name])
    for down, row in enumerate(whole.rows, FIRST):
        cells = _cells(whole, row, words, heading.evidence.get(row.number, ()))
        is_asked = row.asked.is_asked
        for at, name in enumerate(COLUMNS):
            is_open = name in FIELDS and is_asked and (name != "checked" or bool(row.answer and row.answer.carried))
            style = "day" if name == "gap_due" else "text"
            style = f"open {style}" if is_open else style if is_asked else f"pale {style}"
            _write(sheet, down, at, cells[name], styles[style])
    sheet.freeze_panes(FIRST, 2)
    sheet.autofilter(1, 0, FIRST + len(whole.rows) - 1, len(COLUMNS) - 1)
    sheet.protect("", ALLOWED)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_footer("&L&F&R&P / &N")


def _cells(whole: Whole, row: Row, words: Words, evidence: Sequence[str]) -> dict[str, str | int | date]:
    answer, criterion = row.answer, row.asked.criterion
    said = values_of(answer)
    told: dict[str, str | int | date] = {name: words.cell(name, said[name]) for name in FIELDS}
    if answer and answer.gap_due and answer.gap_due >= FIRST_DAY:
        told["gap_due"] = answer.gap_due
    word = APPLIES_WORDS[row.asked.answer]
    if row.asked.objection is not None:
        word = gettext_lazy("Applies, as you say") if row.asked.is_asked else gettext_lazy("Does not apply, as you say")
    return told | {
        "number": row.number,
        "title": criterion.title,
        "requirement": str(criterion.requirement.text),
        "applies": str(word),
        "carried": _carried(row),
        "evidence": _few(evidence),
        "sites": _few([_departure(one, words) for one in row.departures if one.fields]),
        ID: key_of(whole.assessment.pk, row.number),
        VERSION: answer.version if answer else 0,
    }


def _departure(one: Departure, words: Words) -> str:
    """Return what a site says otherwise: its level, or that it says something else."""
    level = words.cell("level", one.values.get("level", ""))
    return f"{one.site.name} · {level}" if level else one.site.name


def _few(titles: Sequence[str]) -> str:
    more = [_("and %(n)s more") % {"n": len(titles) - MOST_TITLES}] if len(titles) > MOST_TITLES else []
    return "\n".join([*titles[:MOST_TITLES], *more])


def _carried(row: Row) -> str:
    answer = row.answer
    if answer is None or not answer.carried:
        return ""
    return f"{CARRIAGE_WORDS[Carriage(answer.carried)]}, {', '.join(answer.carried_numbers)}"


def _write(sheet: Worksheet, down: int, at: int, value: str | int | date, style: Format) -> None:
    if isinstance(value, int):
        sheet.write_number(down, at, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(down, at, value, style)
    elif value:
        sheet.write_string(down, at, value, style)
    else:
        sheet.write_blank(down, at, None, style)


def _styles(book: Workbook) -> dict[str, Format]:
    base: dict[str, Any] = {"text_wrap": True, "valign": "top", "font_size": 10}
    line: dict[str, Any] = {"bottom": 1, "bottom_color": "#D6D1C4"}
    # A cell of text stays one, whatever is typed into it: 5.10 is no number, and what begins with = is no formula.
    text, day = {"num_format": "@"}, {"num_format": "yyyy-mm-dd"}
    open_, pale = (
        {"locked": False, "bg_color": "#FFFDF2", "border": 1, "border_color": "#B9B19C"},
        {"font_color": "#6B675D"},
    )
    return {
        "name": book.add_format({"font_size": 7, "font_color": "#6B675D"}),
        "head": book.add_format({**base, "bold": True, "bottom": 2, "bg_color": "#EFECE4"}),
        "text": book.add_format({**base, **line, **text}),
        "day": book.add_format({**base, **line, **day}),
        "pale text": book.add_format({**base, **line, **text, **pale}),
        "pale day": book.add_format({**base, **line, **day, **pale}),
        "open text": book.add_format({**base, **open_, **text}),
        "open day": book.add_format({**base, **open_, **day}),
    }


def _validate(sheet: Worksheet, lists: Worksheet, words: Words, last: int) -> None:
    """Let cells offer what may stand in them; what may be chosen stands in a hidden sheet, for it may be long."""
    lists.hide()
    for at, field in enumerate(("level", "gap_owner", "owner", "checked")):
        choices = words.choices(field)
        lists.write_string(0, at, field)
        for down, choice in enumerate(choices, 1):
            lists.write_string(down, at, choice)
        column, letter = COLUMNS.index(field), chr(ord("A") + at)
        sheet.data_validation(
            FIRST,
            column,
            last,
            column,
            {
                "validate": "list",
                "source": f"={LISTS}!${letter}$2:${letter}${max(len(choices), 1) + 1}",
                "error_title": str(FIELD_WORDS[field]),
                "error_message": _("Choose one of the list, or leave the cell empty."),
            },
        )
    column = COLUMNS.index("gap_due")
    said = {"error_title": str(FIELD_WORDS["gap_due"]), "error_message": _("A day, such as 2026-11-23.")}
    sheet.data_validation(
        FIRST, column, last, column, {"validate": "date", "criteria": ">=", "value": FIRST_DAY, **said}
    )


def _guide(book: Workbook, sheet: Worksheet, heading: Heading) -> None:
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    lines = [
        *heading.lines,
        (pgettext("of a workbook", "What to fill in"), _("The cells with a border: level, answer, gap, by when, who. All else is locked.")),
        ("", _("A cell you leave as it is changes nothing. A cell you empty empties the answer.")),
        ("", _("Rows and columns may be moved, sorted and deleted: a row that is gone changes nothing.")),
        ("", _("What single sites say otherwise is told here, and changed on the page.")),
        ("", _("Formulas are not taken: copy their cells and paste them as values.")),
        (_("Sending it back"), _("Choose the file on the page it came from. You see every change before anything is saved.")),
        ("", _("What colleagues changed meanwhile stays; where both of you changed the same field, you decide.")),
    ]  # fmt: skip
    for down, (head, value) in enumerate(lines):
        sheet.write_string(down, 0, head, bold)
        sheet.write_string(down, 1, value, text)
    sheet.hide_gridlines(2)
    sheet.protect()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
