"""Issue 3, section 1: "XLSX too: truncated files, formulas"; design.md: "Uploads limited in size, type and expansion"."""

from __future__ import annotations

import io
import resource
import zipfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from alunite.foundation.importing import workbook
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.models import Statement
from alunite.foundation.importing.tests.conftest import ROWS, counts, take_up
from tests.planting import SAMPLES, Sheet

COLUMNS = ["name", "membership_class", "class_basis", "country", "joined", "supply_chain_activities", "certified",
           "note", "source_url"]  # fmt: skip
URL = "https://example.org/m"


@pytest.fixture
def book(tmp_path):
    """Write a workbook: sheets by name, each a function that fills it."""

    def write(**sheets):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as made:
            for name, fill in sheets.items():
                fill(made.add_worksheet(name), made)
        return path

    return write


def members(*rows):
    def fill(sheet, made):
        for number, row in enumerate([COLUMNS, *rows]):
            sheet.write_row(number, 0, row)

    return fill


def row(name, **cells):
    return [({"name": name, "source_url": URL} | cells).get(column) for column in COLUMNS]


def faults(path, kind="members"):
    result = take_up((kind, path))
    assert not Statement.objects.exists()
    return [(fault.row, fault.column, fault.value) for fault in result.faults], [f.expected for f in result.faults]


def test_the_same_rows_as_workbook_and_as_csv_say_the_same(scheme, tmp_path):
    path = tmp_path / "members.xlsx"
    sheet = Sheet.read("members")
    with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as made:
        written = made.add_worksheet()
        for number, line in enumerate(
            [dict(zip(sheet.columns, sheet.columns, strict=True)), *(x.cells for x in sheet.lines)]
        ):
            for place, column in enumerate(sheet.columns):
                written.write_string(number, place, line[column])
    assert counts(take_up(("members", path)))["created"] == 116
    assert counts(take_up(("members", SAMPLES["members"])))["unchanged"] == 116


def test_days_numbers_and_truth_values_become_what_csv_would_say(scheme, book):
    def fill(sheet, made):
        members()(sheet, made)
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(1, 0, row("A", note=12.0, certified=True))
        sheet.write_datetime(1, 4, date(2020, 2, 29), day)
        sheet.write_row(2, 0, row("B", note=0.25, joined=2019))

    assert counts(take_up(("members", book(members=fill))))["created"] == 2
    cells = {statement.key: statement.cells for statement in Statement.objects.all()}
    assert (cells["A"]["joined"], cells["A"]["note"], cells["A"]["certified"]) == ("2020-02-29", "12", "yes")
    assert (cells["B"]["joined"], cells["B"]["note"]) == ("2019", "0.25")


def test_numbers_are_what_the_sheet_shows_without_exponents(scheme, book):
    """Issue 3: values exactly as printed; a cell holds 0.1 + 0.2 and 0.00001 as binary fractions."""
    held = {0.1 + 0.2: "0.3", 1e-05: "0.00001", 51.5074: "51.5074", -1e16: "-10000000000000000", 1.5e300: None,
            9007199254740991: "9007199254740991", 1e22: "10000000000000000000000", 12.5: "12.5"}  # fmt: skip
    rows = [row(f"A{place}", note=number) for place, number in enumerate(held)]
    assert counts(take_up(("members", book(members=members(*rows)))))["created"] == len(held)
    notes = [Statement.objects.get(key=f"A{place}").cells["note"] for place in range(len(held))]
    for note, (number, text) in zip(notes, held.items(), strict=True):
        assert note == text or (text is None and float(note) == number)


def test_a_month_typed_into_a_cell_stays_a_month(scheme, book):
    """A spreadsheet makes the first day of `2023-08`, which no source said; a day that is shown stays a day."""
    formats = {
        "mmm-yy": ("2020-02-01", "2020-02"),
        "[$-409]mmmm\\ yyyy;@": ("2020-02-01", "2020-02"),
        "yyyy": ("2020-01-01", "2020"),
        '"day" yyyy': ("2020-02-01", "2020-02-01"),
        "mmm yy": ("2020-02-09", "2020-02-09"),
        "dd/mm/yyyy": ("2020-02-01", "2020-02-01"),
    }

    def fill(sheet, made):
        members(*(row(f"A{place}") for place in range(len(formats))))(sheet, made)
        for place, (form, (day, _)) in enumerate(formats.items()):
            sheet.write_datetime(place + 1, 4, date.fromisoformat(day), made.add_format({"num_format": form}))

    take_up(("members", book(members=fill)))
    joined = [Statement.objects.get(key=f"A{place}").cells["joined"] for place in range(len(formats))]
    assert joined == [said for _, said in formats.values()]


def test_days_of_workbooks_that_count_from_1904_are_the_days_they_show(scheme, tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_urls": False, "date_1904": True}) as made:
        sheet = made.add_worksheet("members")
        members(row("A"))(sheet, made)
        sheet.write_datetime(1, 4, date(2020, 2, 29), made.add_format({"num_format": "yyyy-mm-dd"}))
    take_up(("members", path))
    assert Statement.objects.get(key="A").cells["joined"] == "2020-02-29"


def test_rows_are_counted_as_the_sheet_counts_and_all_faults_told_at_once(scheme, book):
    def fill(sheet, made):
        sheet.write_row(2, 0, COLUMNS)
        sheet.write_row(3, 0, row("A", country="XX"))
        sheet.write_row(6, 0, row("B", joined="soon"))
        sheet.write_row(7, 0, [*row("C"), "beyond"])

    found, _ = faults(book(x=fill))
    assert found[:2] == [(4, "country", "XX"), (7, "joined", "soon")]
    assert [item[:2] for item in found[2:]] == [(8, "")]


def test_formulas_and_errors_are_faults_that_name_the_cell(scheme, book):
    def fill(sheet, made):
        members(row("A"), row("B", country="NO"), row("C"))(sheet, made)
        sheet.write_formula("H2", "=1+1", None, 2)
        sheet.write_formula("A3", '="B"', None, "B")
        sheet.write_formula("I5", "=A1", None, "")

    found, expected = faults(book(members=fill))
    assert sorted(found) == [(2, "note", "=1+1"), (3, "name", '="B"'), (5, "name", ""), (5, "source_url", "=A1")]
    assert "cell H2 holds a formula" in expected[0]


def test_an_error_cell_is_a_fault(scheme, tmp_path, book):
    path = edited(book(members=members(row("A", note=1))), "xl/worksheets/sheet1.xml", b'<c r="H2"><v>1</v></c>',
                  b'<c r="H2" t="e"><v>#N/A</v></c>')  # fmt: skip
    found, expected = faults(path)
    assert (found, "H2 holds an error" in expected[0]) == ([(2, "note", "#N/A")], True)


def test_the_sheet_named_like_the_kind_is_read_else_the_only_one(scheme, book):
    other = members(row("A", country="XX"))
    assert counts(take_up(("members", book(Notes=other, Members=members(row("A"))))))["created"] == 1


def test_several_sheets_of_other_names_are_a_fault_that_names_them(scheme, book):
    found, expected = faults(book(One=members(row("A")), Two=members(row("B"))))
    assert found == [(0, "", "")]
    assert "“One”, “Two”" in expected[0]


def test_merged_cells_give_their_value_to_the_first(scheme, book):
    def fill(sheet, made):
        members(row("A"))(sheet, made)
        sheet.merge_range("C3:D3", "stated")
        sheet.write_row("A3", ["B"])
        sheet.write("I3", URL)

    take_up(("members", book(members=fill)))
    assert Statement.objects.get(key="B").cells["class_basis"] == "stated"


def test_cells_merged_over_rows_are_a_fault_for_they_would_leave_rows_without_a_value(scheme, book):
    def fill(sheet, made):
        members(row("A"), row("B"), row("C"))(sheet, made)
        sheet.merge_range("D2:D4", "NO")
        sheet.merge_range("M1:M9", "")  # beside the table

    found, expected = faults(book(members=fill))
    assert (2, "country", "D2:D4") in found
    assert "a value in each row" in expected[[item[1] for item in found].index("country")]


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_workbook_is_one_fault_of_the_file(scheme, book, share):
    path = book(members=members(*(row(f"A{number}") for number in range(50))))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    found, expected = faults(path)
    assert [item[0] for item in found] == [0]
    assert "damaged or cut off" in expected[0]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_damage_inside_is_a_fault(scheme, book, part):
    found, expected = faults(edited(book(members=members(row("A"))), part, b"<", b"<<"))
    assert [item[0] for item in found] == [0]
    assert "damaged" in expected[0]


def test_what_is_another_archive_or_an_old_workbook_is_told(scheme, tmp_path):
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert "archive of something else" in faults(path)[1][0]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "save it as .xlsx or CSV" in faults(path)[1][0]
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    assert "older one" in faults(path)[1][0]
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert "without a password" in faults(path)[1][0]


def test_a_bomb_is_refused_before_it_is_unpacked(scheme, book, monkeypatch):
    path = edited(book(members=members(row("A"))), "xl/sharedStrings.xml", b"<sst", b" " * 30_000_000 + b"<sst")
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 20_000_000)
    assert "when unpacked" in faults(path)[1][0]


def test_two_cells_at_far_ends_are_refused_before_a_table_is_laid_out_between_them(scheme, book):
    def fill(sheet, made):
        members(row("A"))(sheet, made)
        sheet.write(1_048_575, 16_383, "x")

    assert "at most 4000000 cells" in faults(book(members=fill))[1][0]


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b'<c r="XFD1048576" t="inlineStr"><is/></c>',
        b'<c r="ZZZZZ1"><v>1</v></c>',
        b'<c r="a99999999"><v>1</v></c>',
    ],
)
def test_a_cell_under_another_row_than_its_name_says_hides_no_table_that_fills_the_memory(scheme, book, cell):
    """The reader goes by the name of a cell; it was measured by the row around it."""
    path = edited(book(members=members(row("A"))), "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="1">' + cell +
                  b'</row><row r="2"')  # fmt: skip
    with no_more_memory_than(1 << 30):
        found, _ = faults(path)
    assert [item[0] for item in found] == [0]


def test_texts_that_say_to_be_more_than_they_are_end_no_process(scheme, book):
    path = edited(book(members=members(row("A"))), "xl/sharedStrings.xml", b'uniqueCount="', b'uniqueCount="9999999999')
    with no_more_memory_than(1 << 30):
        _, expected = faults(path)
    assert "texts and has" in expected[0]


@contextmanager
def no_more_memory_than(size):
    """Let this process take no more than that beyond what it has: what the reader cannot get ends the process."""
    has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (has + size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_a_part_that_stands_twice_is_refused(scheme, book):
    path = book(members=members(row("A")))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/Sheet1.xml", archive.read("xl/worksheets/sheet1.xml"))
    assert "once each" in faults(path)[1][0]


@pytest.mark.parametrize("encoding", [b"shift_jis", b"no-such-one", b"utf-7"])
def test_a_sheet_in_an_encoding_nobody_reads_is_a_fault(scheme, book, encoding):
    path = edited(book(members=members(row("A"))), "xl/worksheets/sheet1.xml", b'encoding="UTF-8"', b'encoding="' +
                  encoding + b'"')  # fmt: skip
    assert "damaged" in faults(path)[1][0]


def test_a_document_type_is_refused(scheme, book):
    grown = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet'
    assert (
        "document type"
        in faults(edited(book(m=members(row("A"))), "xl/worksheets/sheet1.xml", b"<worksheet", grown))[1][0]
    )


def test_too_many_parts_are_refused(scheme, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_PARTS", 3)
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(4):
            archive.writestr(f"xl/{number}.xml", "")
    assert "at most 3 parts" in faults(path)[1][0]


def edited(path, part, before, after):
    """Change the first occurrence of some bytes in a part of a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                assert before in content
                content = content.replace(before, after, 1)
            new.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path


def test_certificates_come_from_a_workbook_too(scheme, book):
    names = list(import_kind("certificates").column_names)

    def fill(sheet, made):
        sheet.write_row(0, 0, names)
        sheet.write_row(1, 0, [ROWS["certificates"].get(name) for name in names])

    assert counts(take_up(("certificates", book(Sheet1=fill))))["created"] == 1
