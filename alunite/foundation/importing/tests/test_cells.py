"""What one cell may hold. Design: "Text cells that begin with = + - @ get an apostrophe on export and lose exactly that
one on import"; issue 2: "outside the scheme's or ISO's list", "huge cells, impossible dates, unknown country".
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alunite.foundation.importing.cells import (
    LONGEST_CELL,
    CellFault,
    Column,
    country,
    list_of,
    one_of,
    partial_date,
    protect,
    text_cell,
    unprotect,
    web_address,
)

LIKE_FORMULAS = st.text(st.sampled_from("'=+-@a 1\t\n"), max_size=8)


@given(st.one_of(st.text(), LIKE_FORMULAS))
@example("")
@example("'")
@example("''''=")
def test_what_export_protects_import_takes_back_exactly(text):
    assert unprotect(protect(text)) == text


@given(st.one_of(st.text(), LIKE_FORMULAS))
def test_no_exported_cell_begins_as_a_formula(text):
    assert not protect(text).startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("begins", ["=", "+", "-", "@"])
def test_exactly_one_apostrophe_is_put_before_a_formula(begins):
    assert protect(f"{begins}1") == f"'{begins}1"
    assert protect(f"'{begins}1") == f"''{begins}1"
    assert unprotect(f"'{begins}1") == f"{begins}1"
    assert unprotect(f"''{begins}1") == f"'{begins}1"


@pytest.mark.parametrize("text", ["", "plain", "'tis", "''", "' =1", "a=1", " =1", "’=1"])
def test_other_text_is_neither_protected_nor_unprotected(text):
    assert protect(text) == text
    assert unprotect(text) == text


@pytest.mark.parametrize(
    ("printed", "code"),
    [("NO", "NO"), ("no", "NO"), (" NO ", "NO"), ("NOR", "NO"), ("Norway", "NO"), ("Côte d'Ivoire", "CI")],
)
def test_a_country_is_read_by_code_or_name(printed, code):
    assert Column("country", country).read(printed, None) == code


@pytest.mark.parametrize(
    "printed", ["UK", "EL", "XX", "XK", "Kosovo", "AA", "QZ", "ZZ", "EU", "NÖ", "ＮＯ", "N", "Atlantis"]
)
def test_what_iso_3166_1_does_not_list_is_no_country(printed):
    with pytest.raises(CellFault, match="ISO 3166-1"):
        Column("country", country).read(printed, None)


@pytest.mark.parametrize(
    ("printed", "first", "last"),
    [
        ("2020-02-29", date(2020, 2, 29), date(2020, 2, 29)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        (" 2019-12-13 ", date(2019, 12, 13), date(2019, 12, 13)),
    ],
)
def test_a_date_may_stop_at_the_month_or_the_year(printed, first, last):
    read = Column("issue_date", partial_date).read(printed, None)
    assert (read.earliest, read.latest) == (first, last)


@pytest.mark.parametrize(
    "printed",
    ["2021-02-29", "2021-13", "2021-00", "2021-04-31", "2021-1-1", "20210101", "01.02.2021", "1/2/2021", "21-01-01",
     "2021-01-01T00:00", "0000", "1066", "9999", "２０２１", "٢٠٢١", "-2021", "2021-", "May 2021", "today"],
)  # fmt: skip
def test_a_day_that_does_not_exist_or_is_written_otherwise_is_a_fault(printed):
    with pytest.raises(CellFault, match="a day, month or year"):
        Column("issue_date", partial_date).read(printed, None)


@pytest.mark.parametrize("address", ["https://example.org", "http://example.org:8080/a?b=c#d", "HTTPS://例え.jp/ü"])
def test_an_address_of_the_web_is_read_as_it_stands(address):
    assert Column("source_url", web_address).read(address, None) == address


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "data:text/html,<b>", "vbscript:x",
     "ftp://example.org", "file:///etc/passwd", "mailto:a@example.org", "//example.org", "example.org", "https:example",
     "https://", "http:///path", "https://[::1", "https://a b.org/", "https://a.org/ b", "https://a.org/\nb", "http://@"],
)  # fmt: skip
def test_any_other_address_is_a_fault(address):
    with pytest.raises(CellFault, match="http"):
        Column("source_url", web_address).read(address, None)


@pytest.mark.parametrize("code", [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0)])
def test_every_control_character_but_tab_and_line_end_is_a_fault(code):
    with pytest.raises(CellFault, match="control characters"):
        Column("scope", text_cell).read(f"a{chr(code)}b", None)


def test_tabs_line_ends_and_runs_of_spaces_count_as_one_space():
    assert Column("scope", text_cell).read(" a \t\r\n b\u00a0c ", None) == "a b c"


@pytest.mark.parametrize("longest", [1, 60, LONGEST_CELL])
def test_a_cell_may_be_as_long_as_its_column_says_and_no_longer(longest):
    column = Column("scope", text_cell, longest=longest)
    assert column.read("字" * longest, None) == "字" * longest
    with pytest.raises(CellFault, match=f"at most {longest} characters"):
        column.read("字" * (longest + 1), None)


@pytest.mark.parametrize("blank", ["", " ", "\t", "\r\n", "\u3000"])
def test_a_blank_cell_is_empty_and_a_fault_only_where_a_value_is_required(blank):
    assert Column("level", text_cell, empty="none").read(blank, None) == "none"
    with pytest.raises(CellFault, match="required"):
        Column("entity", text_cell, required=True).read(blank, None)


def test_a_list_names_each_value_once_and_keeps_their_order():
    assert Column("country", list_of(country)).read(" SE;NO ; se;Norway", None) == ("SE", "NO")


@pytest.mark.parametrize("cell", ["NO;", ";NO", "NO;;SE", ";", "NO; ;SE"])
def test_a_gap_in_a_list_is_a_fault(cell):
    with pytest.raises(CellFault, match="semicolons"):
        Column("country", list_of(country)).read(cell, None)


def test_all_that_is_wrong_in_a_list_is_one_fault_that_names_each_value():
    with pytest.raises(CellFault) as caught:
        Column("country", list_of(country)).read("XX;NO;YY", None)
    assert caught.value.value == "XX, YY"


def test_one_of_a_few_words_is_read_whatever_its_case_and_any_other_is_a_fault():
    column = Column("certified", one_of("yes", "no"))
    assert column.read(" YES", None) == "yes"
    with pytest.raises(CellFault, match="yes, no"):
        column.read("perhaps", None)
