"""Issue 3, section 1: "`samples/` split by origin and licence …, attribution per row carried into export"."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from alunite.config.command_line import InputFault
from alunite.config.commands.setting_up import sample_files
from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import import_files
from alunite.foundation.publications.queries import current_publications, read

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


def rows() -> list[tuple[Path, dict[str, str]]]:
    found = []
    for path in sorted(SAMPLES.glob("*/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [(path, row) for row in csv.DictReader(file)]
    return found


def test_every_row_of_the_collection_is_in_one_folder():
    # The numbers of rows stand in the collection's own README.
    assert Counter(path.stem for path, _ in rows()) == {
        "members": 116, "certificates": 183, "audits": 93, "findings": 30,
        "yearly": 91, "production": 3764, "facilities": 253, "ghg": 43,
    }  # fmt: skip


def test_every_row_says_where_it_is_from_under_which_terms_and_whom_to_name():
    assert [
        (path, row) for path, row in rows() if not (row["source_url"] and row["licence"] and row["attribution"])
    ] == []


def test_a_folder_has_one_set_of_terms_and_its_row_in_the_readme():
    terms = {(path.parent.name, row["licence"], row["attribution"]) for path, row in rows()}
    assert len(terms) == len({path.parent.name for path, _ in rows()})
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    lines = {line.split("`")[1]: line for line in readme.splitlines() if line.startswith("| `")}
    assert set(lines) == {folder for folder, _, _ in terms}
    counted = Counter((path.parent.name, path.stem) for path, _ in rows())
    assert [(name, kind) for (name, kind), count in counted.items() if f"{count} {kind}" not in lines[name]] == []


def test_what_is_published_of_a_row_has_its_terms(samples):
    said = [
        item.payload for item in read(current_publications()) if item.kind in {"certification_event", "certificate"}
    ]
    assert {(payload["licence"], payload["attribution"]) for payload in said} == {
        ("none stated; facts only", "The page named in source_url")
    }
    events = [event for payload in said for event in payload.get("events", ())]
    assert {event["licence"] for event in events} == {"none stated; facts only"}


def test_any_folder_but_that_of_certificates_can_be_left_out(adopted_scheme):
    folders = ["fineprint", "us-epa", "usgs", "our-world-in-data", "wikipedia"]
    left = sample_files(folders)
    assert {path.parent.name for _, path in left} == {"public-pages"}
    for without in ([], ["fineprint"], folders):
        assert import_files(sample_files(without), actor=IMPORTER, dry_run=True).faults == []
    with pytest.raises(InputFault, match="--without nowhere: expected one of fineprint,"):
        sample_files(["nowhere"])
