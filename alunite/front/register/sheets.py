"""Sheets that readers open in a spreadsheet: every cell is text, so that nothing in it is run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO

from django.http import HttpResponse
from xlsxwriter import Workbook

from alunite.foundation.publications.opendata import cells

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
WIDEST = 60


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return rows as a CSV file: UTF-8, a header, lines ended as RFC 4180 has them."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(cells(list(row)) for row in rows)
    return _file(name, text.getvalue().encode(), CSV)


def xlsx_file(
    name: str,
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    about: Sequence[tuple[str, str]],
    made: datetime,
) -> HttpResponse:
    """Return rows as a workbook: one sheet with the rows, ready to print, and one that says what was asked.

    `made` is when what it says was published: the same answer is the same file.
    """
    buffer = BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": made})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(title[:31])
        lines = [cells(list(row)) for row in rows]
        for at, head in enumerate(heads):
            sheet.write_string(0, at, head, bold)
            longest = max([len(head), *(len(line[at]) for line in lines)])
            sheet.set_column(at, at, min(longest + 2, WIDEST))
        for down, line in enumerate(lines, 1):
            for at, cell in enumerate(line):
                sheet.write_string(down, at, cell, plain)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(lines), 1), len(heads) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        second = book.add_worksheet(about[0][0][:31])
        second.set_column(0, 0, 32)
        second.set_column(1, 1, WIDEST * 2)
        for down, (head, value) in enumerate(about[1:]):
            second.write_string(down, 0, head, bold)
            second.write_string(down, 1, cells([value])[0], plain)
    return _file(name, buffer.getvalue(), XLSX)


def _file(name: str, content: bytes, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
