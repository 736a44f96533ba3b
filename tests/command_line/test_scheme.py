"""`alunite scheme` and `alunite applicable`: packs, and which criteria hold for whom."""

from __future__ import annotations

import json
import shutil

import jsonschema
import pytest

from tests.machine import DONE, TEA
from tests.planting import ROOT


def test_the_schema_of_packs_is_a_json_schema_that_the_good_pack_fits(machine):
    said = machine.run("scheme", "schema", "--json")
    assert said.status == DONE
    assert said.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(said.json)
    assert machine.run("scheme", "schema").out == said.out
    assert not machine.home.exists()


def test_scheme_check_finds_no_fault_in_a_good_pack_and_each_in_a_broken_one(machine):
    assert machine.done("scheme", "check", ROOT / "schemes/asi") == {"faults": []}
    broken = machine.folder / "tea"
    shutil.copytree(TEA, broken)
    text = (broken / "scheme.yaml").read_text(encoding="utf-8")
    text = text.replace("family: leaf", "family: twig").replace("kind: guest, may_certify: false, ", "kind: guest, ")
    (broken / "scheme.yaml").write_text(text, encoding="utf-8")
    found = machine.refused("scheme", "check", broken)["faults"]
    assert {frozenset(fault) for fault in found} == {frozenset({"file", "line", "path", "value", "expected"})}
    assert any(fault["value"] == "twig" and fault["file"] == "scheme.yaml" for fault in found)
    assert any("may_certify" in fault["path"] for fault in found)
    assert machine.refused("scheme", "check", machine.folder / "none")["faults"]


ASKED = ("applicable", "--standard", "ps-3", "--date", "2024-05-01")


def test_applicable_answers_for_every_criterion_with_its_reasons(machine):
    answered = machine.done(*ASKED, "--activity", "casthouses", "--activity", "semi_fabrication")
    assert (answered["standard"], answered["date"]) == ("ps-3", "2024-05-01")
    # The standard itself counts 62 criteria (issue 2, section 3).
    assert len({item["number"] for item in answered["criteria"]}) == len(answered["criteria"]) == 62
    for item in answered["criteria"]:
        assert set(item) == {"number", "answer", "activities", "triggers", "reasons"}
        assert item["answer"] in {"applies", "does_not_apply", "depends", "not_known"}
        assert item["reasons"]
        for reason in item["reasons"]:
            assert set(reason) == {"rule", "text", "values", "trust", "origin", "source"}


def test_an_activity_is_known_by_its_label_too(machine):
    by_id = machine.done(*ASKED, "--activity", "semi_fabrication")
    assert machine.done(*ASKED, "--activity", "Semi-Fabrication") == by_id


def test_the_cycle_is_later_unless_said_otherwise_and_the_reasons_say_so(machine):
    asked = (*ASKED, "--activity", "semi_fabrication")
    assert machine.done(*asked) == machine.done(*asked, "--cycle", "later")
    assert "cycle" in json.dumps(machine.done(*asked))


def test_all_that_is_unknown_in_a_question_is_listed_at_once(machine):
    faults = machine.refused(
        "applicable", "--standard", "ps-9", "--activity", "a1", "--activity", "casthouses", "--activity", "a2",
        "--class", "c1", "--date", "2024-02-30",
    )["faults"]  # fmt: skip
    assert [any(word in fault for fault in faults) for word in ("ps-9", "a1", "a2", "c1", "2024-02-30")] == [True] * 5
    assert len(faults) == 5
    faults = machine.refused(*ASKED, "--activity", "casthouses", "--trigger", "t1", "--trigger", "t2")["faults"]
    assert [any(word in fault for fault in faults) for word in ("t1", "t2")] == [True, True]


@pytest.mark.parametrize("day", ["2024-5-1", "20240501", "2024-05", "2024-W18-3", "yesterday", ""])
def test_a_day_is_asked_for_in_one_form(machine, day):
    assert machine.refused("applicable", "--standard", "ps-3", "--activity", "casthouses", "--date", day)["faults"]


@pytest.mark.parametrize("missing", ["--standard", "--activity", "--date"])
def test_a_question_that_lacks_something_is_refused(machine, missing):
    asked = [*ASKED, "--activity", "casthouses"]
    place = asked.index(missing)
    del asked[place : place + 2]
    assert missing in machine.refused(*asked)["error"]


def test_an_installation_answers_by_the_scheme_it_runs(machine):
    machine.done("init", "--scheme", TEA)
    asked = ("applicable", "--standard", "leaf-1", "--activity", "Tea garden", "--date", "2024-05-01")
    assert len(machine.done(*asked)["criteria"]) == 6
    assert machine.refused(*ASKED, "--activity", "casthouses")["faults"]
