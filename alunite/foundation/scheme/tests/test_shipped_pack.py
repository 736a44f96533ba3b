"""The shipped pack says what the fact files say, and finds everything by the names real data use."""

import json
from collections import Counter

import jsonschema
import pytest
from ruamel.yaml import YAML

from alunite.foundation.core.judgement import OURS, THIRD_PARTY, Param, Trust
from alunite.foundation.scheme.loader import check_pack, load_pack, pack_schema
from alunite.foundation.scheme.models import Stated
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.tests.where import PACKS, SHIPPED, TEA
from alunite.foundation.scheme.values import CERTIFICATE_STATES


@pytest.fixture(scope="module")
def pack():
    return load_pack(SHIPPED)


def stated(node):
    """Every record with provenance in a document."""
    if isinstance(node, dict):
        if "trust" in node:
            yield node
        for child in node.values():
            yield from stated(child)
    elif isinstance(node, list):
        for child in node:
            yield from stated(child)


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
class TestEveryPack:
    def test_it_has_no_fault(self, folder):
        assert check_pack(folder) == []

    def test_it_fits_the_published_schema_as_any_yaml_reader_reads_it(self, folder):
        schema = pack_schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        read = YAML(typ="safe").load
        files = {
            name: read((folder / f"{name}.yaml").read_text("utf-8")) for name in ("scheme", "certificates", "releases")
        }
        for name in ("standards", "mappings"):
            files[name] = [read(path.read_text("utf-8")) for path in sorted((folder / name).glob("*.yaml"))]
        jsonschema.Draft202012Validator(schema).validate(files)

    def test_its_document_makes_the_same_pack_again(self, folder):
        loaded = load_pack(folder)
        again = Pack.from_document(json.loads(json.dumps(loaded.document())))
        assert again == loaded
        assert again.digest == loaded.digest
        assert again.document() == loaded.document()

    def test_every_value_has_trust_and_origin_and_what_was_read_has_an_address(self, folder):
        loaded = load_pack(folder)
        records = list(stated(loaded.document()))
        assert len(records) > 50
        for record in records:
            assert record["trust"] in set(Trust)
            assert record["origin"] in {loaded.scheme.id, THIRD_PARTY, OURS}
            assert (record["origin"] == OURS) == (record["trust"] in {"known", "design"})
            if record["trust"] in {"read", "cut"}:
                assert record["sources"]
            assert all(address.startswith("http") for address in record.get("sources", []))

    def test_it_cannot_be_changed(self, folder):
        loaded = load_pack(folder)
        with pytest.raises(ValueError, match="frozen"):
            loaded.scheme = None
        with pytest.raises(ValueError, match="frozen"):
            loaded.activities[0].label = "Other"


def test_the_digest_changes_with_any_value(pack):
    document = pack.document()
    document["activities"][0]["label"] += "!"
    assert Pack.from_document(document).digest != pack.digest


@pytest.mark.parametrize(
    ("version", "criteria", "principles", "sections"),
    # "59 criteria" (V2) and "62 criteria" (V3), "three sections, eleven principles"; chain-of-custody-v2.yaml lists 45
    # criteria in eleven sections, which we put into three groups
    [("ps-2", 59, 11, 3), ("ps-3", 62, 11, 3), ("coc-2", 45, 11, 3)],
)
def test_a_version_has_as_many_parts_as_its_source_says(pack, version, criteria, principles, sections):
    standard = pack.standard(version)
    assert len(standard.criteria) == criteria
    assert len(standard.principles) == principles
    assert len(standard.sections) == sections
    assert [principle.number for principle in standard.principles] == list(range(1, 12))


def test_the_criteria_of_each_principle_are_as_many_as_in_the_fact_files(pack):
    per_principle = {
        version: [len(principle.criteria) for principle in pack.standard(version).principles]
        for version in ("ps-2", "ps-3", "coc-2")
    }
    assert per_principle == {
        "ps-2": [3, 8, 4, 4, 3, 8, 3, 5, 9, 8, 4],
        "ps-3": [3, 10, 4, 4, 4, 8, 2, 7, 9, 9, 2],
        "coc-2": [7, 4, 3, 3, 2, 1, 3, 9, 7, 4, 2],
    }


def test_a_version_of_which_only_the_sections_are_known_says_just_these(pack):
    assert [version.id for version in pack.versions] == ["ps-2", "ps-3", "coc-1", "coc-2"]
    assert pack.standard("coc-1") is None
    outline = pack.version("coc-1").outline
    # chain-of-custody-v2.yaml, v1_2017.sections, "retrieved S12"
    assert [(part.number, part.title) for part in outline.parts][10:] == [
        (11, "Market credits system"),
        (12, "Claims and communications"),
    ]
    assert (outline.trust, outline.origin) == (Trust.READ, "asi")
    assert pack.version("coc-2").outline is None
    assert pack.standard("nothing") is None


def test_no_criterion_recalled_from_memory_is_shown_as_the_schemes_own(pack):
    """chain-of-custody-v2.yaml: whatever is "recalled" was not compared with the text; numbers met in public: 7.2, 8.1."""
    standard = pack.standard("coc-2")
    read = [one.number for one in standard.criteria if one.trust is Trust.READ]
    assert read == ["7.2", "8.1"]
    assert {one.applies.trust for one in standard.criteria} == {Trust.KNOWN}
    assert all(number.must_confirm for one in standard.criteria for number in one.thresholds)
    # "evidence: retrieved" stands at 4.1, 8.1, 8.6 and 8.7 alone
    assert [one.number for one in standard.criteria if one.requirement.trust is Trust.READ] == [
        "4.1",
        "8.1",
        "8.6",
        "8.7",
    ]


@pytest.fixture(scope="module")
def mapping(pack):
    (found,) = pack.mappings
    return found


def test_the_mapping_says_of_each_criterion_of_both_versions_what_became_of_it(pack, mapping):
    assert (mapping.id, mapping.head.before, mapping.head.after) == ("ps-2-to-ps-3", "ps-2", "ps-3")
    for side, version in (("before", "ps-2"), ("after", "ps-3")):
        told = sorted(number for link in mapping.links for number in getattr(link, side))
        assert told == sorted(criterion.number for criterion in pack.standard(version).criteria)


def test_the_mapping_counts_what_the_fact_file_lists(mapping):
    """transition-v2-v3.yaml: 22 kept, 4 renumbered alone, 5 new; the other 31 criteria of V3 change in one way or another."""
    after = Counter()
    for link in mapping.links:
        after[link.relation] += len(link.after)
    changed = {"renamed", "strengthened", "replaced", "split", "merged"}
    assert (after["kept"], after["moved"], after["new"]) == (22, 4, 5)
    assert sum(after[relation] for relation in changed) == 31
    # 13 links bear "confidence: verified", 48 "likely".
    assert Counter((link.trust, link.origin) for link in mapping.links) == {
        (Trust.READ, "asi"): 13,
        (Trust.KNOWN, OURS): 48,
    }


@pytest.mark.parametrize(
    ("number", "relation", "before", "draws_on"),
    [
        ("5.2", "strengthened", ["5.3"], []),  # the two changed places
        ("5.3", "strengthened", ["5.2"], []),
        ("5.4", "new", [], ["5.2", "5.3"]),
        ("7.1", "merged", ["7.1", "7.3"], []),
        ("11.1", "merged", ["11.1", "11.2", "11.4"], []),
        ("2.6", "split", ["2.5"], []),
        ("8.4", "moved", ["8.3"], []),
    ],
)
def test_a_link_joins_the_numbers_the_fact_file_joins(mapping, number, relation, before, draws_on):
    (link,) = [link for link in mapping.links if number in link.after]
    assert (link.relation, list(link.before), list(link.draws_on)) == (relation, before, draws_on)


# Every label in the columns standard, standard_version, level, event, supply_chain_activities and membership_class
# of the public data files, with the id it must be found as.
VERSION_LABELS = {
    ("PS", "V2 2017"): "ps-2",
    ("PS", "V3 2022"): "ps-3",
    ("PS", "V3.1"): "ps-3",
    ("PS", "V3.1 2023"): "ps-3",
    ("CoC", "V1 2017"): "coc-1",
    ("CoC", "V2 2022"): "coc-2",
    ("PS", "V2"): "ps-2",
    ("CoC", "V2"): "coc-2",
    ("Chain of Custody", " v2 "): "coc-2",
    ("performance standard", "V3"): "ps-3",
}


@pytest.mark.parametrize(("family", "text"), VERSION_LABELS)
def test_a_version_is_found_within_its_family(pack, family, text):
    assert pack.find_version(family, text).id == VERSION_LABELS[family, text]
    assert pack.find_version(pack.find_family(family), text).id == VERSION_LABELS[family, text]


def test_a_version_of_another_family_is_not_found(pack):
    assert pack.find_version("PS", "V1 2017") is None
    assert pack.find_version("nothing", "V2") is None


@pytest.mark.parametrize(
    ("find", "text", "expected"),
    [
        ("activity", "Semi-Fabrication", "semi_fabrication"),
        ("activity", "Casthouses", "casthouses"),
        ("activity", "casthouse", "casthouses"),
        ("activity", "Aluminium Re-melting/Refining", "remelting_refining"),
        ("activity", "aluminium_remelting_refining", "remelting_refining"),
        ("activity", "Aluminium Smelting", "aluminium_smelting"),
        ("activity", "Material Conversion", "material_conversion"),
        ("activity", "Alumina Refining", "alumina_refining"),
        ("activity", "Bauxite Mining", "bauxite_mining"),
        ("activity", "Other manufacturing or sale of products containing aluminium", "other_manufacturing_sale"),
        ("activity", "other_manufacturing_or_sale", "other_manufacturing_sale"),
        ("activity", "  BAUXITE   míning ", "bauxite_mining"),
        ("activity", "Post casthouse", "post_casthouse"),
        ("activity", "hpa", "hpa"),
        ("class", "Production and Transformation", "production_transformation"),
        ("class", "production_and_transformation", "production_transformation"),
        ("class", "Industrial Users", "industrial_users"),
        ("class", "Associations", "associations"),
        ("class", "Civil Society", "civil_society"),
        ("class", "Downstream Supporters", "downstream_supporters"),
        ("class", "General Supporters", "general_supporters"),
        ("level", "full", "full"),
        ("level", "provisional", "provisional"),
        ("event", "certification", "certification"),
        ("event", "recertification", "recertification"),
        ("event", "Re-certification", "recertification"),
        ("event", "scope extension", "scope_extension"),
        ("event", "provisional to full", "provisional_to_full"),
        ("rating", "minor non-conformance", "minor_nc"),
        ("family", "PS", "ps"),
        ("family", "CoC", "coc"),
    ],
)
def test_a_name_from_real_data_is_found(pack, find, text, expected):
    assert getattr(pack, f"find_{find}")(text).id == expected


@pytest.mark.parametrize("find", ["activity", "class", "level", "event", "rating", "family"])
@pytest.mark.parametrize("text", ["", " ", "nothing of the kind", "_", "\N{SNOWMAN}"])
def test_an_unknown_name_is_not_found(pack, find, text):
    assert getattr(pack, f"find_{find}")(text) is None


def test_eleven_activities_six_classes_two_of_which_may_certify(pack):
    assert len(pack.activities) == 11
    assert len(pack.classes) == 6
    may = {one.id for one in pack.classes if one.may_certify}
    assert may == {"production_transformation", "industrial_users"}  # "Only P&T and IU may hold certificates"


def test_levels_run_three_years_and_one(pack):
    assert [(level.id, level.mark, level.validity_years.value) for level in pack.levels] == [
        ("full", "●", 3),
        ("provisional", "◐", 1),
    ]
    # The three years were read on pages of third parties, the one year on one of the scheme's own.
    assert [level.validity_years.origin for level in pack.levels] == [THIRD_PARTY, pack.scheme.id]
    assert pack.levels[1].validity_years.as_param() == Param(
        value=1,
        trust=Trust.READ,
        origin="asi",
        source="https://aluminium-stewardship.org/successfully-transitioning-from-a-provisional-certification-to-a-full-certification",
    )


def test_final_states_have_no_way_out(pack):
    final = {state for state in CERTIFICATE_STATES if not pack.transitions_from(state)}
    assert final == {"expired", "withdrawn", "revoked", "annulled", "superseded", "unknown"}
    assert {one.to for one in pack.transitions_from("suspended")} == {
        "active", "revoked", "expired", "withdrawn", "annulled", "superseded",
    }  # fmt: skip


def test_no_transition_is_shown_as_the_schemes_own(pack):
    assert {(one.trust, one.origin) for one in pack.transitions} == {(Trust.DESIGN, OURS)}


def test_a_value_read_on_mixed_pages_is_a_third_partys_and_names_that_page_first(pack):
    criterion = pack.standard("ps-3").criterion("5.1")
    assert criterion.requirement.trust is Trust.READ
    assert criterion.requirement.origin == THIRD_PARTY
    assert criterion.requirement.source == "https://github.com/Carbonsig/comet-ontology"


def test_a_value_read_only_on_the_schemes_pages_is_the_schemes(pack):
    assert pack.standard("ps-3").criterion("10.2").requirement.origin == "asi"


def test_what_is_only_known_is_ours_but_keeps_the_page_it_cites(pack):
    applies = pack.standard("ps-3").criterion("10.2").applies
    assert (applies.trust, applies.origin) == (Trust.KNOWN, OURS)
    assert applies.source == "https://aluminium-stewardship.org/?p=74456"


def test_values_to_be_confirmed_are_marked(pack):
    marked = {
        criterion.number: sum(threshold.must_confirm for threshold in criterion.thresholds)
        for criterion in pack.standard("ps-3").criteria
        if any(threshold.must_confirm for threshold in criterion.thresholds)
    }
    assert marked == {"5.2": 3, "10.8": 2}


def test_labels_are_there_for_messages(pack):
    assert pack.labels["classes"][0] == "Production and Transformation"
    assert set(pack.labels) == {"activities", "classes", "families", "versions", "levels", "events", "ratings"}


def test_the_default_folder_is_named_in_one_line():
    assert SHIPPED.is_dir()
    assert (SHIPPED.parent / "default").read_text("utf-8") == f"{SHIPPED.name}\n"


def test_of_membership_only_what_was_read_is_the_schemes_and_no_fee_is(pack):
    """organisation.md 2: the sentences on classes, two years and sixty days were read; fees and sizes are ours."""
    said = pack.membership
    assert [rule.member_class for rule in said.classes if rule.must_certify.value] == [
        one.id for one in pack.classes if one.may_certify
    ]
    assert {rule.trust for rule in said.classes} == {Trust.READ}
    assert (said.clocks.certification.years.value, said.clocks.certification.years.origin) == (2, "asi")
    assert (said.clocks.invoice.days.value, said.clocks.invoice.days.origin) == (60, "asi")
    assert (said.fees.trust, said.fees.origin, said.fees.scaled.origin) == (Trust.DESIGN, OURS, "asi")
    assert said.clocks.invoice.terminated_after_days.trust is Trust.DESIGN
    forced = said.classes[0].forced_by
    assert [(group.trust, len(group.activities)) for group in forced] == [(Trust.READ, 3), (Trust.DESIGN, 2)]
    assert load_pack(TEA).membership is None


def test_what_takes_a_membership_from_somebody_takes_two(pack):
    takes = {one.act for one in pack.membership.transitions if "second_person" in one.needs}
    assert takes == {"decline", "suspend", "terminate"}


def test_another_scheme_is_another_folder():
    tea = load_pack(TEA)
    assert tea.scheme.time_zone == "Asia/Colombo"
    assert [level.validity_years.value for level in tea.levels] == [4, 2]
    assert len(tea.ratings) == 4
    assert len(tea.standard("leaf-1").criteria) == 6
    assert [one.to for one in tea.transitions_from("expired")] == ["active"]
    assert tea.find_activity("tea GARDEN").id == "growing"
    assert tea.scheme.origin == "tea"


def test_every_stated_model_can_be_made_a_param(pack):
    relief = pack.standard("ps-3").reliefs[0]
    assert isinstance(relief, Stated)
    assert relief.param(relief.frees_before).value == "2027-05-19"


def test_every_name_a_page_shows_is_there_in_french(pack):
    shown = (
        *pack.activities,
        *pack.classes,
        *pack.families,
        *pack.levels,
        *pack.events,
        *pack.ratings,
        *pack.indicators,
    )
    assert [named.id for named in shown if "fr" not in named.translations] == []
    assert "fr" in pack.scheme.notice_translations
