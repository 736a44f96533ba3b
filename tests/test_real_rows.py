"""All real rows of all eight kinds, taken up together: their number, and the oddities their collectors noted.

Numbers and oddities are those of the collection's own notes, not of our output.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.checks import check_statements
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import import_kind, import_kinds
from alunite.foundation.publications.queries import current_publications, read
from tests import databases, planting

ROWS = {
    "members": 116,
    "certificates": 183,
    "audits": 93,
    "findings": 30,
    "yearly": 91,
    "production": 3764,
    "facilities": 253,
    "ghg": 43,
}

FORMS = ("csv", "json")

Said = dict[str, list[dict[str, Any]]]


def files() -> list[tuple[str, Any]]:
    samples = settings.REPOSITORY / "samples"
    return [(kind.name, path) for kind in import_kinds() for path in sorted(samples.glob(f"*/{kind.name}.csv"))]


@pytest.fixture(scope="module")
def everything(template_database: databases.Copies, django_db_blocker: Any) -> Iterator[databases.Copies]:
    """Take up all real rows once, into a database that the tests of this module only read."""
    label = f"real_rows_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with django_db_blocker.unblock():
        template_database.copy("template", label)
        with databases.pointed_at(template_database, label):
            planting.adopt()
            result = import_files(files(), actor=IMPORTER)
            assert result.faults == []
            assert (result.rows, result.created, result.duplicates) == (sum(ROWS.values()), sum(ROWS.values()), 0)
            yield template_database
        template_database.drop(label)


@pytest.fixture
def said(everything) -> Said:
    """What is said in public, by kind."""
    found: Said = defaultdict(list)
    for item in read(current_publications()):
        if item.payload:
            found[item.kind].append(item.payload)
    return found


def used(payloads: list[dict[str, Any]], **has: str) -> dict[str, bool]:
    """Return the values of the figures that have these words, and whether each is used."""
    return {
        item["value"]: item["is_used"] for item in payloads if all(item[name] == word for name, word in has.items())
    }


def test_every_row_is_there_and_said(said: Said):
    assert len(said["certification_event"]) == ROWS["certificates"]
    assert len([item for item in said["member"] if item["standing"] == "listed"]) == ROWS["members"]
    assert len(said["facility"]) == ROWS["facilities"]
    assert len(said["audit"]) == ROWS["audits"]
    assert len(said["finding"]) == ROWS["findings"]
    assert Counter(item["row_kind"] for item in said["figure"]) == {
        name: ROWS[name] for name in ("yearly", "production", "ghg")
    }


def test_a_second_time_changes_nothing_and_history_agrees(everything):
    result = import_files(files(), actor=IMPORTER)
    assert (result.created, result.changed, result.unchanged) == (0, 0, sum(ROWS.values()))
    assert list(check_statements()) == []


def test_every_kind_goes_out_comes_in_anew_and_goes_out_the_same(everything, template_database, tmp_path):
    """Out of the database of all real rows as CSV, into an empty one, and out again: to the letter. So with JSON, whose
    rows have to be those that came in as CSV."""
    kinds = [kind for kind in import_kinds() if kind.name in ROWS]

    def put_out(folder: str) -> dict[str, list[tuple[str, Path]]]:
        (tmp_path / folder).mkdir()
        files = {form: [(kind.name, tmp_path / folder / f"{kind.name}.{form}") for kind in kinds] for form in FORMS}
        for form, paths in files.items():
            assert {name: export_statements(import_kind(name), path, form) for name, path in paths} == ROWS
        return files

    first = put_out("first")
    label = f"real_rows_again_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    template_database.copy("template", label)
    with databases.pointed_at(template_database, label):
        planting.adopt()
        result = import_files(first["csv"], actor=IMPORTER)
        assert (result.faults, result.created) == ([], sum(ROWS.values()))
        result = import_files(first["json"], actor=IMPORTER)
        assert (result.faults, result.unchanged) == ([], sum(ROWS.values()))
        again = put_out("again")
    template_database.drop(label)
    for form in FORMS:
        for (name, before), (_, after) in zip(first[form], again[form], strict=True):
            assert after.read_bytes() == before.read_bytes(), f"{name} as {form}"


def test_conflicting_figures_stand_side_by_side(said: Said):
    figures = said["figure"]
    bauxite = {"metric": "bauxite", "level": "world", "measure": "Production"}
    assert used(figures, period="2011", **bauxite) == {"248500000": False, "259000000": True}
    assert used(figures, period="2017", **bauxite) == {"300000000": False, "308000000": True}
    assert used(figures, metric="members", period="2021") == {"161": False, "200": True}
    assert used(figures, indicator="audits", period="2021") == {"117": False, "121": True}
    hillside = [item for item in figures if item["place"] == "Hillside" and item["beside"]]
    assert len(hillside) == 2 * 14
    assert {reason["rule"] for item in hillside for reason in item["reasons"]} == {"figure.undecided"}
    assert used(hillside, period="2014") == {"715000": True, "89000": False}


def test_of_each_thing_exactly_one_figure_is_used(said: Said):
    subjects: dict[str, list[bool]] = defaultdict(list)
    for item in said["figure"]:
        subjects[item["thing"]].append(item["is_used"])
    assert all(sum(flags) == 1 for flags in subjects.values())


def test_different_measures_of_one_year_are_not_compared(said: Said):
    figures = said["figure"]
    assert used(figures, metric="new members", period="2021") == {"58": True}
    assert used(figures, metric="member applications", period="2021") == {"60": True}
    shares = used(figures, metric="share of rated PS criteria, current certificates")
    assert shares == dict.fromkeys(("86", "4", "0.04", "2", "7"), True)


def test_the_same_plant_from_two_origins_is_two_records(said: Said):
    alba = {
        item["record_id"]: [capacity["tonnes_per_year"] for capacity in item["capacities"]]
        for item in said["facility"]
        if item["name"].startswith("Alba ") or item["name"] == "Alba"
    }
    assert alba == {"S207": ["881000"], "S215": ["1540000"]}
    assert len([item for item in said["facility"] if "Sebree" in item["name"]]) >= 2


def test_an_activity_outside_the_scheme_is_kept_as_printed(said: Said):
    strange = {
        activity["activity_printed"]
        for item in said["facility"]
        for activity in item["activities"]
        if activity["activity"] == "unknown"
    }
    assert strange == {"Nepheline Mining"}


def test_numbers_of_non_conformances_are_known_for_nine_audits(said: Said):
    known = [item for item in said["audit"] if (item["nc_major"], item["nc_minor"]) != ("unknown", "unknown")]
    assert len(known) == 9
    slovakia = next(item for item in known if item["entity"] == "Nemak Slovakia s.r.o.")
    assert (slovakia["nc_major"], slovakia["nc_minor"], len(slovakia["findings"])) == ("unknown", 8, 1)
    assert {item["overall_maturity_rating"] for item in said["audit"]} == {"unknown"}
    assert {item["next_audit"] for item in said["audit"]} == {"unknown"}


def test_the_versions_of_a_recertification_without_any_finding_are_not_known(said: Said):
    ranshofen = [item for item in said["finding"] if item["entity"] == "AMAG Ranshofen"]
    assert {(item["version"], item["extent"]) for item in ranshofen} == {("unknown", "all_applicable")}


def test_sums_belong_to_no_audit(said: Said):
    sums = [item for item in said["finding"] if not item["audit"]]
    assert len(sums) == 12
    assert {item["period"] for item in sums} == {"2021-05", "2018-01/2022-06"}


def test_firms_are_named_as_printed(said: Said):
    names = {item["name"] for item in said["firm"]}
    assert {"DNV GL", "DNV Business Assurance Services UK Ltd", "Bureau Veritas"} <= names


def test_terms_of_use_go_with_every_figure(said: Said):
    assert all(item["source_url"].startswith("http") for item in said["figure"])
    compiled = [item for item in said["figure"] if "Our World in Data" in item["source"]]
    assert {item["licence"] for item in compiled} == {"CC BY"}
