"""The reference page holds the tables that the models make."""

from alunite.foundation.scheme.docs import BEGIN, END, field_tables
from alunite.foundation.scheme.models import PackFiles
from alunite.foundation.scheme.tests.where import PROJECT


def test_the_reference_page_is_up_to_date():
    page = (PROJECT / "docs" / "reference" / "scheme-pack.md").read_text("utf-8")
    assert page.split(BEGIN, 1)[1].split(END, 1)[0].strip() == field_tables().strip()


def test_every_record_of_the_schema_has_a_table():
    tables = field_tables()
    for name in PackFiles.model_json_schema()["$defs"]:
        title = "Sourced" if name.startswith("Sourced") else name
        assert f"# {title}\n" in tables


def test_every_field_says_what_it_means():
    rows = [row for row in field_tables().splitlines() if row.startswith("| `") and row.count("|") == 5]
    assert len(rows) > 100
    assert [row for row in rows if row.endswith("|  |")] == []
