from __future__ import annotations

from pathlib import Path

import pytest

from scripts import docs

PAGE = "before\n<!-- generated: settings -->\nold\n<!-- /generated -->\nafter\n"


def test_drift_is_found_and_mended():
    (said,) = docs.faults_of("page.md", PAGE, {"settings": "new\n"})
    assert "-old" in said
    assert "+new" in said
    mended = docs.rewritten(PAGE, {"settings": "new\n"})
    assert mended == PAGE.replace("old", "new")
    assert docs.faults_of("page.md", mended, {"settings": "new\n"}) == []


def test_a_part_nobody_makes_is_found():
    (said,) = docs.faults_of("page.md", PAGE.replace("settings", "weather"), {})
    assert "there is no part weather" in said


def test_a_part_that_does_not_end_is_found():
    (said,) = docs.faults_of("page.md", "<!-- generated: settings -->\nold\n", {"settings": "new"})
    assert "does not end" in said


def test_an_example_in_a_code_block_is_left_alone():
    text = f"```text\n{PAGE}```\n"
    assert docs.faults_of("page.md", text, {"settings": "new"}) == []


def test_a_part_may_hold_code_blocks():
    mended = docs.rewritten(PAGE, {"settings": "```text\n--help\n```"})
    assert docs.rewritten(mended, {"settings": "new"}) == PAGE.replace("old", "new")


@pytest.mark.parametrize(
    ("code", "variable"),
    [
        ("x = env.str('A', 'b')", ("A", "b")),
        ("x = os.environ.get('A')", ("A", "")),
        ("x = os.environ['A']", ("A", "")),
        ("NAME = 'A'\nx = os.environ.get(NAME, '')", ("A", "")),
        ("x = env.bool('A', False)", ("A", "False")),
    ],
)
def test_variables_are_found_however_they_are_read(tmp_path: Path, code, variable):
    path = tmp_path / "settings.py"
    path.write_text(code)
    assert list(docs._variables_read(path)) == [variable]


def test_every_variable_read_has_its_row():
    rows = docs.settings()
    for name in docs.VARIABLES:
        assert f"| `{name}` |" in rows


def test_a_table_cell_cannot_break_its_table():
    assert docs.table(("a",), [("x|y",)]).splitlines()[-1] == "| x\\|y |"
