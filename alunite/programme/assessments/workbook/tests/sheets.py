"""Workbooks as people send them back: cells of what was written, changed, and written anew."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import xlsxwriter
from python_calamine import CalamineWorkbook

from alunite.programme.assessments.models import Assessment
from alunite.programme.assessments.queries import now
from alunite.programme.assessments.workbook.exporting import written
from tests.cast import Cast

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Rows = list[list[Any]]


def exported(cast: Cast, assessment: Assessment, who: str = "member") -> Rows:
    """The cells of the sheet of answers, the two rows above them included."""
    return cells(written(assessment, now(), actor=cast.actor(who)))


def cells(content: bytes, sheet: int = 0) -> Rows:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def changed(rows: Rows, said: Mapping[tuple[str, str], Any]) -> Rows:
    """The same with other values, by criterion and column."""
    head = rows[0]
    made = [list(row) for row in rows]
    for (number, column), value in said.items():
        row = next(row for row in made[2:] if str(row[head.index("id")]).endswith(f"/{number}"))
        row[head.index(column)] = value
    return made


def place(rows: Rows, number: str, column: str) -> str:
    """The address of a cell."""
    at = next(at for at, row in enumerate(rows) if str(row[rows[0].index("id")]).endswith(f"/{number}"))
    return f"{chr(ord('A') + rows[0].index(column))}{at + 1}"


def book(
    rows: Sequence[Sequence[Any]], name: str = "Answers", formulas: Iterable[tuple[int, int, str]] = ()
) -> io.BytesIO:
    """A workbook with these cells; a formula has the result 1."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, options) as file:
        sheet = file.add_worksheet(name)
        day = file.add_format({"num_format": "dd.mm.yyyy"})
        for down, row in enumerate(rows):
            for at, value in enumerate(row):
                if hasattr(value, "year"):
                    sheet.write_datetime(down, at, value, day)
                elif isinstance(value, str) and value:
                    sheet.write_string(down, at, value)
                elif not isinstance(value, str) and value is not None:
                    sheet.write(down, at, value)
        for down, at, formula in formulas:
            sheet.write_formula(down, at, formula, None, 1)
        file.add_worksheet("Guidance")
    made.seek(0)
    return made


def as_an_office_suite_saves_it(content: bytes) -> io.BytesIO:
    """The same workbook as another program writes it: styled cells without values to the end of each row, texts that are empty,

    rows without values to the last a sheet can have, texts in runs, and no reference beside a cell that follows the one before.
    """

    def edited(sheet: ET.Element) -> None:
        data = sheet.find(f"{{{MAIN}}}sheetData")
        for row in data.findall(f"{{{MAIN}}}row"):
            for cell in row.findall(f"{{{MAIN}}}c"):
                if len(cell) == 0:
                    cell.set("t", "inlineStr")
                    ET.SubElement(ET.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t").text = ""
            for letter in ("T", "Z", "AMJ"):
                ET.SubElement(row, f"{{{MAIN}}}c", {"r": f"{letter}{row.get('r')}", "s": "1"})
        for number in (400, 1_048_575, 1_048_576):
            row = ET.SubElement(data, f"{{{MAIN}}}row", {"r": str(number), "ht": "12.8", "customFormat": "false"})
            ET.SubElement(row, f"{{{MAIN}}}c", {"r": f"A{number}", "s": "1"})

    def in_runs(strings: ET.Element) -> None:
        for one in strings.findall(f"{{{MAIN}}}si"):
            text = one.find(f"{{{MAIN}}}t")
            if text is not None and len(text.text or "") > 3 and text.text.isalpha():
                one.remove(text)
                for part in (text.text[:2], text.text[2:]):
                    run = ET.SubElement(one, f"{{{MAIN}}}r")
                    ET.SubElement(run, f"{{{MAIN}}}rPr")
                    ET.SubElement(run, f"{{{MAIN}}}t").text = part

    return _parts_edited(content, {"xl/worksheets/sheet1.xml": edited, "xl/sharedStrings.xml": in_runs})


def _parts_edited(content: bytes, edits: Mapping[str, Callable[[ET.Element], None]]) -> io.BytesIO:
    ET.register_namespace("", MAIN)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name in edits:
                root = ET.fromstring(part)
                edits[name](root)
                part = ET.tostring(root, xml_declaration=True, encoding="UTF-8")
            new.writestr(name, part)
    made.seek(0)
    return made


def xml_of(content: bytes, part: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return re.sub(r"\s+", " ", archive.read(part).decode())


class SentFile:
    """A file that can be sent again and again."""

    name = "back.xlsx"

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, _size: int = -1) -> bytes:
        return self.content
