"""Every kind of fault, planted in a copy of the shipped pack, is told once, in the right file, on the right line."""

import json
import shutil
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from alunite.foundation.scheme import reading
from alunite.foundation.scheme.loader import PackError, check_pack, load_pack
from alunite.foundation.scheme.reading import MAX_BYTES, MAX_NODES, read_pack_file
from alunite.foundation.scheme.tests.where import PACKS, SHIPPED, TEA

SCHEME, PS3, CERTIFICATES, RELEASES = "scheme.yaml", "standards/ps-3.yaml", "certificates.yaml", "releases.yaml"
ASSESSMENTS, MEMBERSHIP, RECOGNITION = "assessments.yaml", "membership.yaml", "recognition.yaml"
COC2, MAPPING = "standards/coc-2.yaml", "mappings/ps-2-to-ps-3.yaml"


AS_SHIPPED = {path.read_text(encoding="utf-8") for folder in PACKS for path in folder.rglob("*.yaml")}
shipped_events = lru_cache(lambda text: list(YAML(typ="safe", pure=True).parse(text)))


class QuickYAML(YAML):
    """Parses the shipped files once: every test here changes one of them, and all are read anew.

    The parser's events say nothing but what stands where; all that is ours is done with them as always.
    """

    def parse(self, stream):
        return iter(shipped_events(stream)) if stream in AS_SHIPPED else super().parse(stream)


@pytest.fixture(autouse=True, scope="module")
def parsed_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "YAML", QuickYAML)
        yield


@pytest.fixture
def pack(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "pack")
    return tmp_path / "pack"


@pytest.fixture
def small(tmp_path):
    """A pack that is read faster, for faults that do not need the larger one."""
    shutil.copytree(TEA, tmp_path / "pack")
    return tmp_path / "pack"


def plant(pack: Path, file: str, old: str, new: str) -> int:
    """Replace the first `old` by `new` and return the line on which they begin to differ."""
    text = (pack / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    (pack / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    same = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(old))
    return text[: text.index(old) + same].count("\n") + 1


# file, what stands there, what is planted, path and value told, a word of what was expected
PLANTED = {
    "a level that foresees no rating": (
        ASSESSMENTS, "{id: conformance, label", "{id: excellence, label", "levels[0].id", "excellence", "a rating"),
    "a kind of scope under a name that is taken": (
        ASSESSMENTS, "label: Facility", "label: Business", "scope_types[1].label", "Business", "name of its own"),
    "a recognised scheme for a version there is not": (
        RECOGNITION, "aliases: [ISO 14001], versions: [ps-3]", "aliases: [ISO 14001], versions: [ps-9]",
        "schemes[0].versions[0]", "ps-9", "a version"),
    "a recognised scheme under a name that is taken": (
        RECOGNITION, "label: EN 15804", "label: ISO 21930", "schemes[5].label", "ISO 21930", "name of its own"),
    "something asked for twice": (
        ASSESSMENTS, "{id: evidence, ", "{id: gaps_planned, ", "readiness[5].id", "gaps_planned", "only once"),
    "something nobody can look at": (
        ASSESSMENTS, "{id: evidence, ", "{id: enthusiasm, ", "readiness[5].id", "enthusiasm", "one of"),
    "a trust word nobody knows": (
        SCHEME, "trust: read\n  sources: [S74]", "trust: sworn\n  sources: [S74]", "scheme.trust", "sworn", "read"),
    "a value without trust": (
        SCHEME, "value: UTC, trust: design, sources: []", "value: UTC, sources: []", "scheme.time_zone.trust", "", "this key"),
    "a zone that does not exist": (
        SCHEME, "value: UTC", "value: Mars/Olympus", "scheme.time_zone.value", "Mars/Olympus", "time zone"),
    "a key nobody knows": (
        SCHEME, "  notice: Compiled", "  remark: Hello\n  notice: Compiled", "scheme.remark", "remark", "no such key"),
    "an id of the wrong form": (
        SCHEME, "id: not_assessed", "id: Not Assessed", "ratings[5].id", "Not Assessed", "form"),
    "a doubled id": (
        SCHEME, "id: provisional_to_full", "id: scope_extension", "events[3].id", "scope_extension", "name of its own"),
    "an alias that is another's label": (
        SCHEME, "aliases: [casthouse]", "aliases: [casthouse, BAUXITE  mining]", "activities[6].aliases[1]", "BAUXITE  mining",
        "bauxite_mining has it already"),
    "an alias said twice": (
        SCHEME, "aliases: [casthouse]", "aliases: [casthouse, Casthouse]", "activities[6].aliases[1]", "Casthouse", "not already there"),
    "a doubled version id": (
        SCHEME, "- id: coc-1", "- id: ps-2", "versions[2].id", "ps-2", "only once"),
    "a family nobody knows": (
        SCHEME, "family: coc\n    label: V2", "family: cok\n    label: V2", "versions[3].family", "cok", "standard family"),
    "a source nobody knows": (
        SCHEME, "sources: [S39, S40]", "sources: [S39, S99]", "version_changes[0].sources[1]", "S99", "source"),
    "a source cited twice": (
        SCHEME, "sources: [S39, S40]", "sources: [S39, S39]", "version_changes[0].sources[1]", "S39", "once"),
    "two sources of one id": (
        SCHEME, "- id: T01", "- id: P05", "sources[17].id", "P05", "no other source"),
    "a source of an origin nobody knows": (
        SCHEME, "origin: third_party\n    title: Copy of a summary", "origin: them\n    title: Copy of a summary",
        "sources[4].origin", "them", "third_party"),
    "a source that is no address": (
        SCHEME, "url: https://readkong", "url: ftp://readkong", "sources[4].url", None, "form"),
    "something read nowhere": (
        SCHEME, "audit, is_non_conformance: false, trust: design", "audit, is_non_conformance: false, trust: verified",
        "ratings[5].trust", "verified", "source"),
    "an origin that does not follow": (
        SCHEME, "  notice: Compiled", "  origin: ours\n  notice: Compiled", "scheme.origin", "ours", "asi, which follows"),
    "a day that does not exist": (
        SCHEME, "free_choice_until: '2023-05-31'", "free_choice_until: '2023-02-30'", "version_changes[0].free_choice_until",
        "2023-02-30", "exists"),
    "a change that begins after it ends": (
        SCHEME, "free_choice_until: '2023-05-31'", "free_choice_until: '2022-05-31'", "version_changes[0].free_choice_until",
        "2022-05-31", "not before 2022-06-01"),
    "a version published before the one it follows": (
        SCHEME, "published: '2022-05-19'\n    file", "published: '2016-05-19'\n    file", "versions[1].published", "2016-05-19", "after 2017-12"),
    "a note from before the version": (
        SCHEME, "date: '2023-04'", "date: '2022-04'", "versions[1].notes[0].date", "2022-04", "not before 2022-05-19"),
    "a number where text belongs": (
        SCHEME, "published: '2017-12'", "published: 2017", "versions[0].published", "2017", "in quotes"),
    "text where a number belongs": (
        SCHEME, "value: 3, trust", "value: three, trust", "levels[0].validity_years.value", "three", "whole number"),
    "text where true or false belongs": (
        SCHEME, "may_certify: true", "may_certify: yes", "classes[0].may_certify", "yes", "true or false"),
    "a blank label": (
        SCHEME, "label: Casthouses", "label: '  '", "activities[6].label", "  ", "not blank"),
    "text where a list belongs": (
        SCHEME, "families: [ps, coc]", "families: ps", "activities[0].families", "ps", "a list"),
    "text where a record belongs": (
        SCHEME, "time_zone: {value: UTC, trust: design, sources: []}", "time_zone: UTC", "scheme.time_zone", "UTC", "a record"),
    "a file outside the folder": (
        SCHEME, "file: standards/ps-3.yaml", "file: standards/../../outside.yaml", "versions[1].file",
        "standards/../../outside.yaml", "below this folder"),
    "an absolute file name": (
        SCHEME, "file: standards/ps-3.yaml", "file: /etc/hosts.yaml", "versions[1].file", "/etc/hosts.yaml", "form"),
    "the same file for two versions": (
        SCHEME, "file: standards/ps-3.yaml", "file: standards/ps-2.yaml", "versions[1].file", "standards/ps-2.yaml", "of its own"),
    "a state nobody knows": (
        CERTIFICATES, "to: expired", "to: asleep", "transitions[5].to", "asleep", "'expired'"),
    "a change to the same state": (
        CERTIFICATES, "from: [draft]\n    to: active", "from: [active]\n    to: active", "transitions[0].from[0]", "active", "other than"),
    "a cause nobody knows": (
        CERTIFICATES, "cause: date", "cause: weather", "transitions[5].cause", "weather", "'decision'"),
    "an activity nobody knows": (
        PS3, "to: [semi_fabrication, material_conversion", "to: [semi_fabricating, material_conversion",
        "sections[0].principles[3].criteria[1].applies.to[0]", "semi_fabricating", "activity in scheme.yaml"),
    "no activity at all": (
        PS3, "to: [aluminium_smelting], trust: read", "to: [], trust: read", "sections[1].principles[0].criteria[1].applies.to",
        "a list", "the word all"),
    "an activity of the list nobody knows": (
        PS3, "[bauxite_mining, alumina_refining, aluminium_smelting, remelting", "[bauxite, alumina_refining, aluminium_smelting, remelting",
        "covers.activities[0]", "bauxite", "activity in scheme.yaml"),
    "a trigger nobody declared": (
        PS3, "when: [material_spill]", "when: [flood]", "sections[1].principles[1].criteria[3].applies.when[0]", "flood", "trigger"),
    "a doubled trigger": (
        PS3, "id: material_water_risk, label: M", "id: material_spill, label: M", "triggers[5].id", "material_spill", "name of its own"),
    "a priority nobody declared": (
        PS3, "priorities: {ids: [cross_cutting]", "priorities: {ids: [crosscut]",
        "sections[0].principles[0].criteria[0].priorities.ids[0]", "crosscut", "priority"),
    "a doubled criterion number": (
        PS3, "number: '5.3'", "number: '5.2'", "sections[1].principles[0].criteria[2].number", "5.2", "only once"),
    "a criterion under another principle": (
        PS3, "number: '4.2'", "number: '5.9'", "sections[0].principles[3].criteria[1].number", "5.9", "begins with 4."),
    "a criterion number without quotes": (
        PS3, "number: '2.10'", "number: 2.10", "sections[0].principles[1].criteria[9].number", "2.1", "in quotes"),
    "a part under another criterion": (
        PS3, "id: '1.1.a'", "id: '1.9.a'", "sections[0].principles[0].criteria[0].sub_criteria[0].id", "1.9.a", "begins with 1.1."),
    "a doubled principle": (
        PS3, "number: 11\n", "number: 10\n", "sections[2].principles[2].number", "10", "only once"),
    "a count that is not the count": (
        PS3, "criteria: 62", "criteria: 61", "counts.criteria", "61", "62, as many"),
    "an open question about nothing": (
        PS3, "criteria: ['3.3']", "criteria: ['3.9']", "open_questions[6].criteria[0]", "3.9", "number of a criterion"),
    "a relief that keeps no such principle": (
        PS3, "kept_principles: [1, 2, 3, 4]", "kept_principles: [1, 2, 3, 14]", "reliefs[0].kept_principles[3]", "14", "principle"),
    "a relief that ends before it can begin": (
        PS3, "frees_before: '2027-05-19'", "frees_before: '2022-05-19'", "reliefs[0].frees_before", "2022-05-19", "after 2022-05-19"),
    "a relief for a cycle nobody knows": (
        PS3, "cycle: first", "cycle: third", "reliefs[0].cycle", "third", "'first'"),
    "a threshold that is no number": (
        PS3, "value: 11.0", "value: .nan", "sections[1].principles[0].criteria[1].thresholds[0].value", ".nan", "number"),
    "a file that holds another version": (
        PS3, "id: ps-3\n", "id: ps-2\n", "standard.id", "ps-2", "ps-3, the version"),
    "changed content of a released version": (
        PS3, "Keep a working system", "Keep a system", "standard.release", "1", "a change needs number 2"),
    "a release nobody sealed": (
        PS3, "release: 1", "release: 2", "standard.release", "2", "entry in releases.yaml"),
    "releases that do not count up": (
        RELEASES, "number: 1", "number: 3", "standards[0].releases[0].number", "3", "1: releases count up"),
    "a release of a version nobody knows": (
        RELEASES, "standard: ps-2", "standard: ps-1", "standards[0].standard", "ps-1", "version with a file"),
    "an outline beside a file": (
        SCHEME, "    file: standards/coc-2.yaml", "    outline: {trust: known, parts: [{number: 1, title: One}]}\n    file: standards/coc-2.yaml",
        "versions[3].outline", "a record", "no outline beside a file"),
    "a milestone of a family nobody knows": (
        SCHEME, "family: coc, version: V3", "family: cok, version: V3", "milestones[5].family", "cok", "standard family"),
    "a milestone that ends before it begins": (
        SCHEME, "end: '2022-02-06'", "end: '2021-12-06'", "milestones[1].end", "2021-12-06", "not before 2022-01-07"),
    "a mapping outside the folder": (
        SCHEME, "mappings: [mappings/", "mappings: [mappings/../../", "mappings[0]", None, "below this folder"),
    "an activity bound without a condition that there is not": (
        COC2, "when: [outside_supply], ", "", "sections[1].principles[4].criteria[0].applies.always", "a list", "only beside"),
    "an activity bound anyway that the criterion is not for": (
        COC2, "always: [remelting_refining]", "always: [post]", "sections[1].principles[4].criteria[0].applies.always[0]", "post",
        "this criterion is for"),
    "a mapping of a version nobody knows": (
        MAPPING, "before: ps-2", "before: ps-1", "mapping.before", "ps-1", "a version in scheme.yaml"),
    "a mapping of a version without criteria": (
        MAPPING, "before: ps-2", "before: coc-1", "mapping.before", "coc-1", "criteria are held"),
    "a mapping that leads back": (
        MAPPING, "after: ps-3", "after: ps-2", "mapping.after", "ps-2", "came after ps-2"),
    "a number of the later version nobody knows": (
        MAPPING, "after: ['2.8']", "after: ['2.88']", "links[9].after[0]", "2.88", "a criterion of ps-3"),
    "a number of the earlier version nobody knows": (
        MAPPING, "before: ['7.1', '7.3']", "before: ['7.1', '7.9']", "links[32].before[1]", "7.9", "a criterion of ps-2"),
    "a number that is drawn on and not there": (
        MAPPING, "draws_on: ['5.2', '5.3']", "draws_on: ['5.2', '5.9']", "links[23].draws_on[1]", "5.9", "a criterion of ps-2"),
    "a criterion that came from two links": (
        MAPPING, "after: ['8.6']", "after: ['8.5']", "links[39].after[0]", "8.5", "one link only"),
    "a criterion of the later version left out": (
        MAPPING, "after: ['2.5', '2.6']", "after: ['2.5']", "mapping.after", "ps-3", "there is none for 2.6"),
    "what is kept under another number": (
        MAPPING, "before: ['1.1']", "before: ['1.9']", "links[0].after[0]", "1.1", "1.9, the number it had"),
    "what moved to its own number": (
        MAPPING, "relation: kept", "relation: moved", "links[0].after[0]", "1.1", "another number"),
    "what is merged of one": (
        MAPPING, "before: ['7.1', '7.3']", "before: ['7.1']", "links[32].before", "a list", "2 or more numbers"),
    "what is new and was there": (
        MAPPING, "relation: new, after: ['2.8']", "relation: new, before: ['2.7'], after: ['2.8']", "links[9].before", "a list",
        "0 numbers"),
    "what draws on others and is not new": (
        MAPPING, "relation: merged\n    before: ['7.1', '7.3']", "relation: merged\n    draws_on: ['7.2']\n    before: ['7.1', '7.3']",
        "links[32].draws_on", "a list", "only where something is new"),
    "a relation nobody knows": (
        MAPPING, "relation: split", "relation: torn", "links[7].relation", "torn", "'split'"),
    "a link that was read nowhere": (
        MAPPING, "trust: known, change: Suspended", "trust: read, change: Suspended", "links[9].trust", "read", "a source"),
    "a class of members nobody knows": (
        MEMBERSHIP, "member_class: associations\n    who", "member_class: clubs\n    who", "classes[3].member_class", "clubs", "a class in scheme.yaml"),
    "an activity that forces a class and is none": (
        MEMBERSHIP, "[bauxite_mining, alumina", "[bauxite, alumina", "classes[0].forced_by[0].activities[0]", "bauxite", "an activity in scheme.yaml"),
    "a kind of applicant nobody knows": (
        MEMBERSHIP, "kinds: [not_for_profit]", "kinds: [charity]", "classes[2].kinds[0]", "charity", "a kind of applicant"),
    "a step that leads to two places": (
        MEMBERSHIP, "{act: query, from: [submitted]", "{act: submit, from: [enquiry]", "transitions[1].from[0]", "enquiry", "one step of this name"),
    "a step to where it begins": (
        MEMBERSHIP, "{act: invoice, from: [approved]", "{act: invoice, from: [awaiting_payment]", "transitions[5].from[0]", "awaiting_payment",
        "a state other than"),
    "a state of a membership nobody knows": (
        MEMBERSHIP, "to: declined, by", "to: forgotten, by", "transitions[4].to", "forgotten", "'declined'"),
    "sizes without a fee": (
        MEMBERSHIP, "{member_class: production_transformation, from: 1000,", "{member_class: production_transformation, from: 2000,",
        "fees.bands[2].from", "2000", "1000, where"),
    "a class without a fee for the largest": (
        MEMBERSHIP, "from: 0, amount: '1000'", "from: 0, below: 5, amount: '1000'", "fees.bands", "a list", "general_supporters"),
    "a fee that is no amount": (
        MEMBERSHIP, "amount: '6000'", "amount: '6,000'", "fees.bands[0].amount", "6,000", "form"),
    "a hash that is none": (
        RELEASES, "sha256: ", "sha256: x", "standards[0].releases[0].sha256", None, "form"),
}  # fmt: skip


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_fault_is_told_once_with_file_and_line(pack, case):
    file, old, new, path, value, expected = PLANTED[case]
    line = plant(pack, file, old, new)
    if case in TOLD_AT:
        text = (pack / file).read_text(encoding="utf-8")
        line = text[: text.index(TOLD_AT[case])].count("\n") + 1
    faults = check_pack(pack)
    told = [fault for fault in faults if (fault.file, fault.path) == (file, path)]
    assert len(told) == 1, faults
    assert told[0].line == line
    assert value is None or told[0].value == value
    assert expected in told[0].expected
    # Other faults are allowed only where the planted one really breaks something else: a missing release, a lost id.
    others = {fault.file for fault in faults if fault not in told}
    assert others <= CONSEQUENCES.get(case, set()), faults


# What is wrong is told, not where: the line is that of the release number, or of the version of which something is left out.
TOLD_AT = {
    "a class without a fee for the largest": "bands:",
    "changed content of a released version": "release:",
    "a criterion of the later version left out": "after: ps-3",
}

# A mistake that takes something away that others rest on is told there too.
CONSEQUENCES = {
    "a family nobody knows": {SCHEME},
    "a doubled version id": {SCHEME},
    "two sources of one id": {SCHEME},
    "a source that is no address": {SCHEME},
    "a class of members nobody knows": {MEMBERSHIP},
    "a doubled trigger": {PS3},
    "a doubled criterion number": {PS3, MAPPING},
    "a criterion under another principle": {PS3, MAPPING},
    "a criterion number without quotes": {PS3, MAPPING},
    "a doubled principle": {PS3},
    "what is kept under another number": {MAPPING},
    "a criterion of the later version left out": {MAPPING},
    "a mapping of a version nobody knows": {MAPPING},
    "a mapping of a version without criteria": {MAPPING},
    "a mapping that leads back": {MAPPING},
    "a number of the later version nobody knows": {MAPPING},
    "a number of the earlier version nobody knows": {MAPPING},
    "a criterion that came from two links": {MAPPING},
    "what is merged of one": {MAPPING},
    "what is new and was there": {MAPPING},
    "a mapping outside the folder": {MAPPING},
    "an activity bound without a condition that there is not": {COC2},
    "an activity bound anyway that the criterion is not for": {COC2},
}


def test_all_faults_are_told_at_once_with_nothing_hidden_by_another(pack):
    alone = [
        PLANTED[case]
        for case in (
            "a trust word nobody knows",
            "a value without trust",
            "an alias said twice",
            "a day that does not exist",
            "a state nobody knows",
            "an activity nobody knows",
            "a trigger nobody declared",
            "a count that is not the count",
        )
    ]
    for file, old, new, *_ in alone:
        plant(pack, file, old, new)
    assert {(fault.file, fault.path) for fault in check_pack(pack)} == {(one[0], one[3]) for one in alone}


UNREADABLE = {
    "not YAML": ("scheme: [", "YAML"),
    "a tab": ("scheme:\n\tid: x", "YAML"),
    "a control character": ("scheme: \x07", "YAML"),
    "half a surrogate pair": ('scheme: "\\ud800"', "surrogate"),
    "empty": ("", "a record"),
    "only a comment": ("# nothing\n", "a record"),
    "a list": ("- a\n- b\n", "a record"),
    "two documents": ("a: 1\n---\nb: 2\n", "one YAML document"),
    "an anchor": ("a: &x 1\n", "no anchors"),
    "an alias": ("a: *x\n", "no aliases"),
    "a merge": ("a: {b: 1}\nc:\n  <<: *a\n", "no aliases"),
    "a tag": ("a: !!python/object/apply:os.system ['true']\n", "no tags"),
    "a list as a key": ("? [a]\n: b\n", "text as a key"),
    "a record as a key": ("{a: 1}: b\n", "text as a key"),
    "a hundred lists in each other": ("a: " + "[" * 100 + "]" * 100, "within each other"),
    "ten thousand lists never closed": ("a: " + "[" * 10_000, "within each other"),
}


@pytest.mark.parametrize("file", [SCHEME, CERTIFICATES, RELEASES])
@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_fault_of_that_file(small, file, case):
    text, expected = UNREADABLE[case]
    (small / file).write_text(text, encoding="utf-8")
    (fault,) = check_pack(small)
    assert fault.file == file
    assert expected in fault.expected


@pytest.mark.parametrize("file", [SCHEME, PS3, CERTIFICATES, RELEASES])
@pytest.mark.parametrize("raw", [b"\x00\xff" * 500, b"a: &x 1\n", b"a:\n\tb: 1\n", b"a: " + b"[" * 100])
def test_a_file_of_the_larger_pack_that_cannot_be_read_is_one_fault(pack, file, raw):
    (pack / file).write_bytes(raw)
    assert [fault.file for fault in check_pack(pack)] == [file]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("versions:\n", "versions: none\nformer:\n", "versions"),
        ("versions:\n", "versions:\n  - none\n", "versions[0]"),
    ],
)
def test_without_versions_releases_and_files_of_versions_are_not_told(pack, old, new, line):
    plant(pack, SCHEME, old, new)
    told = {(fault.file, fault.path) for fault in check_pack(pack)}
    assert (SCHEME, line) in told
    assert {file for file, _ in told} == {SCHEME}


def test_a_refused_file_hides_no_fault_elsewhere(pack):
    plant(pack, SCHEME, "file: standards/ps-3.yaml", "file: ../ps-3.yaml")
    plant(pack, RELEASES, "standard: ps-2", "standard: ps-1")
    assert [(fault.file, fault.path) for fault in check_pack(pack)] == [
        (RELEASES, "standards[0].standard"),
        (SCHEME, "versions[1].file"),
    ]


def test_a_faulty_release_hides_no_changed_content_of_another_version(pack):
    plant(pack, RELEASES, "sha256: ", "sha256: x")
    plant(pack, PS3, "Keep a working system", "Keep a system")
    assert [fault.file for fault in check_pack(pack)] == [RELEASES, PS3]


@pytest.mark.parametrize("many", ["a: [" + "1," * MAX_NODES + "1]", "k: 1\n" * MAX_NODES, "a:\n" + "- 1\n" * MAX_NODES])
def test_a_small_file_of_very_many_values_is_one_fault(small, many):
    (small / SCHEME).write_text(many, encoding="utf-8")
    assert len(many) < MAX_BYTES
    (fault,) = check_pack(small)
    assert (fault.file, fault.expected) == (SCHEME, f"at most {MAX_NODES} keys, values, records and lists in a file")


def test_a_billion_laughs_are_refused_at_the_first_one(small):
    laughs = 'a: &a ["lol","lol","lol"]\n' + "".join(
        f"{new}: &{new} [*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    (small / CERTIFICATES).write_text(laughs, encoding="utf-8")
    assert [(fault.file, fault.line) for fault in check_pack(small)] == [(CERTIFICATES, 1)]


@pytest.mark.parametrize(
    ("raw", "line", "expected"),
    [
        ("\ufeffformat: 1\n".encode(), 1, "byte order mark"),
        ("format: 1\n".encode("utf-16"), 1, "byte order mark"),
        (b"format: 1\n# caf\xe9\n", 2, "UTF-8"),
        (b"format: 1\n" + b"#" * MAX_BYTES, 1, "bytes"),
    ],
)
def test_a_file_in_another_encoding_or_too_large_is_one_fault(small, raw, line, expected):
    (small / CERTIFICATES).write_bytes(raw)
    (fault,) = check_pack(small)
    assert (fault.file, fault.line) == (CERTIFICATES, line)
    assert expected in fault.expected


def test_a_doubled_key_is_told_at_the_second_one(pack):
    line = plant(pack, SCHEME, "  owner:", "  name: Twice\n  owner:")
    (fault,) = check_pack(pack)
    assert (fault.file, fault.line, fault.path, fault.expected) == (
        SCHEME,
        line,
        "scheme.name",
        "each key once in a record",
    )


@pytest.mark.parametrize("file", [SCHEME, CERTIFICATES, RELEASES])
def test_a_missing_file_is_told_by_its_name(small, file):
    (small / file).unlink()
    assert [(fault.file, fault.expected) for fault in check_pack(small)] == [(file, "a readable file of this name")]


def test_a_missing_standard_is_told_where_it_is_named(pack):
    (pack / PS3).unlink()
    assert [(fault.path, fault.value) for fault in check_pack(pack)] == [("versions[1].file", PS3)]


def test_a_missing_folder_is_one_fault(tmp_path):
    (fault,) = check_pack(tmp_path / "nothing")
    assert "a folder" in fault.expected


def test_a_file_in_place_of_the_folder_is_one_fault(tmp_path):
    (tmp_path / "pack").write_text("format: 1", encoding="utf-8")
    assert len(check_pack(tmp_path / "pack")) == 1


def test_a_folder_in_place_of_a_file_is_one_fault(small):
    (small / CERTIFICATES).unlink()
    (small / CERTIFICATES).mkdir()
    assert [fault.file for fault in check_pack(small)] == [CERTIFICATES]


def test_a_link_out_of_the_folder_is_not_followed(pack, tmp_path):
    (pack / PS3).rename(tmp_path / "outside.yaml")
    (pack / PS3).symlink_to(tmp_path / "outside.yaml")
    (fault,) = check_pack(pack)
    assert (fault.file, fault.path) == (SCHEME, "versions[1].file")
    assert "not a link out of it" in fault.expected


def test_a_file_of_a_fixed_name_may_not_be_a_link_out_either(small, tmp_path):
    (small / CERTIFICATES).rename(tmp_path / "outside.yaml")
    (small / CERTIFICATES).symlink_to(tmp_path / "outside.yaml")
    (fault,) = check_pack(small)
    assert (fault.file, fault.expected) == (CERTIFICATES, "a file inside the pack's folder")


def test_a_link_to_itself_is_one_fault(small):
    (small / CERTIFICATES).unlink()
    (small / CERTIFICATES).symlink_to(small / CERTIFICATES)
    assert [fault.file for fault in check_pack(small)] == [CERTIFICATES]


def test_a_link_within_the_folder_is_followed(pack):
    (pack / PS3).rename(pack / "elsewhere.yaml")
    (pack / PS3).symlink_to(pack / "elsewhere.yaml")
    assert check_pack(pack) == []


def test_a_forgotten_standard_is_told(pack):
    shutil.copy(pack / PS3, pack / "standards" / "ps-4.yaml")
    (fault,) = check_pack(pack)
    assert (fault.file, fault.expected) == ("standards/ps-4.yaml", "to be named by a version in scheme.yaml")


def test_comments_and_layout_of_a_released_version_may_change(pack):
    text = (pack / PS3).read_text(encoding="utf-8")
    (pack / PS3).write_text("# One more remark\n\n" + text.replace("trust: read}", "trust: read }"), encoding="utf-8")
    assert check_pack(pack) == []


def test_a_changed_version_is_accepted_under_the_next_number(pack):
    plant(pack, PS3, "Keep a working system", "Keep a system")
    plant(pack, PS3, "release: 1", "release: 2")
    (fault,) = check_pack(pack)
    sealed = fault.expected.rsplit(" ", 1)[1]
    text = (pack / RELEASES).read_text(encoding="utf-8")
    entry = f"      - {{number: 2, released: '2026-12-01', sha256: {sealed}}}\n"
    (pack / RELEASES).write_text(text + entry, encoding="utf-8")
    assert check_pack(pack) == []
    assert load_pack(pack).standard("ps-3").release == 2


def test_a_pack_with_faults_does_not_load_and_says_all_of_them(pack):
    plant(pack, SCHEME, "value: UTC", "value: Mars/Olympus")
    with pytest.raises(PackError, match=r"scheme.yaml:\d+: scheme.time_zone.value: expected a time zone") as caught:
        load_pack(pack)
    assert caught.value.faults == check_pack(pack)


def test_a_fault_is_json_ready():
    (fault,) = check_pack(Path("/nowhere/at/all"))
    assert fault.as_dict() == {
        "file": ".", "line": 1, "path": "", "value": "/nowhere/at/all", "expected": "a folder with a scheme pack",
    }  # fmt: skip


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_damaged_file_breaks_the_check(tmp_path_factory, folder, data):
    copy = tmp_path_factory.mktemp("damaged") / "pack"
    shutil.copytree(folder, copy)
    names = sorted(str(path.relative_to(copy)) for path in copy.rglob("*.yaml"))
    path = copy / data.draw(st.sampled_from(names))
    raw = path.read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 400)))
    path.write_bytes(raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:])
    faults = check_pack(copy)
    assert len(set(faults)) == len(faults)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | st.text("ab1.-", max_size=4),
    lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text("abc", max_size=2), child, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_no_misplaced_value_breaks_the_check(tmp_path_factory, data):
    """Any value of any file replaced by any other JSON value: a fault or none, never a traceback."""
    folder = PACKS[1]
    copy = tmp_path_factory.mktemp("misplaced") / "pack"
    shutil.copytree(folder, copy)
    name = data.draw(st.sampled_from(sorted(str(path.relative_to(copy)) for path in copy.rglob("*.yaml"))))
    file = read_pack_file(copy, name)
    place = data.draw(st.sampled_from([place for place in file.lines if place]))
    file.at(place[:-1])[place[-1]] = data.draw(JSON)
    (copy / name).write_text(json.dumps(file.data), encoding="utf-8")
    check_pack(copy)
