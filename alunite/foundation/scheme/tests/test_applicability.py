"""Which criteria apply to a scope. Expected numbers come from the fact files, each quoted."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alunite.foundation.core.judgement import OURS, THIRD_PARTY, Trust
from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.rules import CYCLES, Answer, applicability, trigger_ids, union, unknown_ids
from alunite.foundation.scheme.tests.where import SHIPPED, TEA

PACK, OTHER = load_pack(SHIPPED), load_pack(TEA)
V2, V3, LEAF = PACK.standard("ps-2"), PACK.standard("ps-3"), OTHER.standard("leaf-1")
DAY = date(2026, 1, 1)
EIGHT = (
    "bauxite_mining", "alumina_refining", "aluminium_smelting", "remelting_refining",
    "casthouses", "semi_fabrication", "material_conversion", "other_manufacturing_sale",
)  # fmt: skip
APPLIES, DEPENDS, NOT_KNOWN, NOT = Answer


def answers(standard, *activities, pack=PACK, day=DAY, **more):
    found = applicability(standard, pack, activities=activities, day=day, **more)
    return {answer.number: answer for answer in found}


def count(found):
    return dict(Counter(str(answer.answer) for answer in found.values()))


def rules(answer):
    return [reason.rule for reason in answer.reasons]


@pytest.mark.parametrize(("standard", "criteria"), [(V2, 59), (V3, 62)])
def test_every_criterion_is_listed_in_order_whatever_is_asked(standard, criteria):
    numbers = [criterion.number for criterion in standard.criteria]
    for activities in [(), ("casthouses",), EIGHT]:
        assert [answer.number for answer in answers(standard, *activities).values()] == numbers
    assert len(numbers) == criteria


@pytest.mark.parametrize(
    ("standard", "number", "only"),
    [
        # applies_to: [aluminium_smelting]
        (V3, "5.2", {"aluminium_smelting"}),
        (V3, "6.7", {"aluminium_smelting"}),
        (V2, "5.3", {"aluminium_smelting"}),
        # applies_to: [alumina_refining]
        (V3, "6.6", {"alumina_refining"}),
        (V2, "6.6", {"alumina_refining"}),
        # applies_to: [bauxite_mining]
        (V3, "8.5", {"bauxite_mining"}),
        (V3, "8.7", {"bauxite_mining"}),
        # applies_to: [aluminium_smelting, aluminium_remelting_refining, casthouses]
        (V3, "6.8", {"aluminium_smelting", "remelting_refining", "casthouses"}),
        # applies_to: [semi_fabrication, material_conversion, other_manufacturing_or_sale]
        (V3, "4.2", {"semi_fabrication", "material_conversion", "other_manufacturing_sale"}),
        (V3, "4.4", {"semi_fabrication", "material_conversion", "other_manufacturing_sale"}),
        # all but mining and refining
        (V3, "4.3", set(EIGHT[2:])),
        (V3, "1.1", set(EIGHT)),
    ],
)
def test_a_criterion_applies_to_the_activities_it_names_and_to_no_other_of_the_eight(standard, number, only):
    found = {one: answers(standard, one, member_class="production_transformation")[number].answer for one in EIGHT}
    assert found == {one: APPLIES if one in only else NOT for one in EIGHT}


def test_in_a_wider_scope_the_answer_names_the_activities_it_holds_for():
    found = answers(V3, *EIGHT)
    assert found["5.2"].activities == ("aluminium_smelting",)
    assert found["1.1"].activities == EIGHT
    assert rules(found["5.2"]) == ["listed", "not_listed"]


@pytest.mark.parametrize("activity", ["hpa", "bauxite_development", "post_casthouse"])
@pytest.mark.parametrize(("standard", "criteria"), [(V2, 59), (V3, 62)])
def test_of_an_activity_the_source_does_not_speak_of_nothing_is_known(standard, criteria, activity):
    found = answers(standard, activity)
    assert count(found) == {"not_known": criteria}
    assert all(rules(answer) == ["not_covered"] for answer in found.values())


def test_an_activity_certified_under_another_name_is_judged_as_that_and_named():
    # scheme.yaml: under Chain of Custody the last three of the chain stand as post-casthouse
    custody = PACK.standard("coc-2")
    itself, named = answers(custody, "post_casthouse"), answers(custody, "semi_fabrication", "material_conversion")
    assert {number: one.answer for number, one in named.items()} == {
        number: one.answer for number, one in itself.items()
    }
    assert [rules(one)[-1] for one in named.values()] == ["certified_as"] * 45
    assert named["1.1"].activities == ("post_casthouse",)
    last = named["1.1"].reasons[-1]
    assert last.text == "Under this standard Semi-Fabrication and Material Conversion are certified as Post-casthouse."
    assert all("certified_as" not in rules(one) for one in itself.values())


def test_without_any_activity_nothing_is_known():
    found = answers(V3)
    assert count(found) == {"not_known": 62}
    assert rules(found["1.1"]) == ["no_activity"]


def test_a_condition_makes_a_criterion_depend_until_it_is_given():
    # 14 of the 62 criteria have an "applies_when"; seven list activities without this one: 4.2, 4.4, 5.2, 6.6, 6.7, 8.5, 8.7
    assert count(answers(V3, "casthouses")) == {"applies": 41, "depends": 14, "does_not_apply": 7}
    spill = answers(V3, "casthouses")["6.4"]
    assert (spill.answer, spill.triggers, rules(spill)) == (DEPENDS, ("material_spill",), ["trigger_not_given"])
    assert spill.reasons[0].text == "Depends for Casthouses on a condition that is not given here: Material spill."
    given = answers(V3, "casthouses", triggers=["material_spill"])["6.4"]
    assert (given.answer, given.triggers, rules(given)) == (APPLIES, ("material_spill",), ["trigger_given"])


def test_one_condition_may_rule_several_criteria():
    found = answers(V3, "casthouses", triggers=["new_project_or_major_change"])
    assert (found["2.5"].answer, found["2.6"].answer, found["9.4"].answer) == (APPLIES, APPLIES, DEPENDS)


def test_all_conditions_given_leave_nothing_to_depend_on():
    assert count(answers(V3, "casthouses", triggers=trigger_ids(V3))) == {"applies": 55, "does_not_apply": 7}


class TestPhasedRelief:
    """ "must meet at least principles 1 to 4 in the first certification cycle under V3 … full by 2027-05-19"."""

    def test_alone_in_the_first_cycle_only_principles_1_to_4_bind(self):
        found = answers(V3, "material_conversion", cycle="first", triggers=trigger_ids(V3))
        bound = {number.split(".")[0] for number, answer in found.items() if answer.answer is APPLIES}
        assert bound == {"1", "2", "3", "4"}
        assert count(found) == {"applies": 21, "does_not_apply": 41}  # 3 + 10 + 4 + 4

    @pytest.mark.parametrize(
        ("day", "holding"),
        [
            (date(2026, 1, 1), ("casthouses",)),
            (date(2027, 5, 18), ("casthouses",)),
            (date(2027, 5, 19), ("casthouses", "material_conversion")),
        ],
    )
    def test_in_a_mixed_scope_it_frees_only_its_own_activities_until_its_last_day(self, day, holding):
        found = answers(V3, "casthouses", "material_conversion", cycle="first", day=day)
        assert found["5.1"].answer is APPLIES
        assert found["5.1"].activities == holding
        assert found["1.1"].activities == ("casthouses", "material_conversion")

    def test_in_a_mixed_scope_the_reason_says_which_is_freed_and_which_is_not(self):
        found = answers(V3, "casthouses", "material_conversion", cycle="first")["5.1"]
        assert found.reasons[0].text == "Applies to Casthouses: it is for all activities this version covers."
        assert found.reasons[1].text == (
            "Does not apply to Material Conversion: of this version only principles 1 to 4 bind it in the first "
            "certification cycle before 2027-05-19. Casthouses in the same scope: not freed."
        )

    @pytest.mark.parametrize(
        ("day", "expected"),
        [(date(2027, 5, 18), NOT), (date(2027, 5, 19), APPLIES), (date(2030, 1, 1), APPLIES)],
    )
    def test_from_its_last_day_on_it_frees_nothing_and_says_so(self, day, expected):
        found = answers(V3, "other_manufacturing_sale", cycle="first", day=day)["10.3"]
        assert found.answer is expected
        if expected is APPLIES:
            assert "from 2027-05-19 on it frees nothing" in found.reasons[1].text

    def test_in_a_later_cycle_it_frees_nothing_and_later_is_the_default(self):
        by_default = answers(V3, "material_conversion")
        assert by_default == answers(V3, "material_conversion", cycle="later")
        assert by_default["5.1"].answer is APPLIES
        assert "Taken as the later certification cycle" in by_default["5.1"].reasons[1].text

    def test_it_does_not_make_the_unknown_known(self):
        found = answers(V3, "hpa", "material_conversion", cycle="first")["5.1"]
        assert (found.answer, found.activities) == (NOT_KNOWN, ("hpa",))

    def test_being_freed_is_known_as_well_as_the_relief(self):
        freed = answers(V3, "material_conversion", cycle="first")["11.2"].reasons[0]
        assert (freed.rule, freed.trust, freed.origin) == ("phased_downstream", Trust.READ, "asi")
        assert freed.source == "https://aluminium-stewardship.org/help-desk/2022-standards"


class TestWholeScopeRelief:
    """ "Entities limited to material conversion (as industrial users) or other manufacturing could certify on material
    stewardship alone, principles 1 to 4"."""

    @pytest.mark.parametrize(
        ("activities", "member_class", "expected"),
        [
            (["other_manufacturing_sale"], None, NOT),
            (["other_manufacturing_sale"], "production_transformation", NOT),
            (["material_conversion"], "industrial_users", NOT),
            (["material_conversion"], "production_transformation", APPLIES),
            (["material_conversion"], None, DEPENDS),
            (["material_conversion", "other_manufacturing_sale"], "industrial_users", NOT),
            (["material_conversion", "other_manufacturing_sale"], "production_transformation", APPLIES),
            (["material_conversion", "other_manufacturing_sale"], None, DEPENDS),
            (["material_conversion", "casthouses"], "industrial_users", APPLIES),
            (["other_manufacturing_sale", "semi_fabrication"], None, APPLIES),
        ],
    )
    def test_it_needs_the_whole_scope_and_the_class(self, activities, member_class, expected):
        found = answers(V2, *activities, member_class=member_class)
        assert found["5.1"].answer is expected
        assert found["1.1"].answer is APPLIES

    def test_without_a_class_the_answer_says_what_it_depends_on(self):
        found = answers(V2, "material_conversion")["7.1"]
        assert found.reasons[0].text == (
            "Depends for Material Conversion on the member's class, which is not given: "
            "the class Industrial Users is freed from principle 7."
        )

    def test_where_the_scope_is_wider_the_reason_names_what_keeps_it_from_holding(self):
        found = answers(V2, "material_conversion", "casthouses", member_class="industrial_users")["7.1"]
        assert found.activities == ("casthouses", "material_conversion")
        assert "needs the whole scope to qualify; Casthouses does not" in found.reasons[1].text

    def test_where_the_class_is_another_the_reason_says_so(self):
        found = answers(V2, "material_conversion", member_class="civil_society")["7.1"]
        assert "for members of the class Industrial Users only" in found.reasons[1].text


@pytest.mark.parametrize(
    ("standard", "day", "expected"),
    [
        (V3, date(2022, 5, 18), {"does_not_apply": 62}),
        (V3, date(2022, 5, 19), {"applies": 41, "depends": 14, "does_not_apply": 7}),
        (V2, date(2017, 11, 30), {"does_not_apply": 59}),
        (V2, date(2017, 12, 1), {"applies": 52, "does_not_apply": 7}),
    ],
)
def test_before_a_version_is_published_nothing_of_it_applies(standard, day, expected):
    assert count(answers(standard, "casthouses", day=day)) == expected


def test_before_publication_the_reason_says_so_and_nothing_else():
    found = answers(V3, "casthouses", "hpa", day=date(2022, 5, 18))["6.4"]
    assert (rules(found), found.activities) == (["not_yet_published"], ("hpa", "casthouses"))
    assert "not published until 2022-05-19" in found.reasons[0].text


def test_in_the_month_of_publication_the_uncertain_day_is_said():
    assert "publication_day_not_known" in rules(answers(V2, "casthouses", day=date(2017, 12, 5))["1.1"])
    assert "publication_day_not_known" not in rules(answers(V2, "casthouses", day=date(2018, 1, 1))["1.1"])


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"activities": ["casthouses", "casting"]}, "activities: casting"),
        ({"activities": ["Casthouses"]}, "activities: Casthouses"),
        ({"member_class": "kings"}, "member_class: kings"),
        ({"triggers": ["flood", "fire"]}, "triggers: flood, fire"),
        ({"cycle": "second"}, "cycle: second"),
    ],
)
def test_unknown_ids_are_refused_by_name(wrong, named):
    with pytest.raises(ValueError, match=named):
        applicability(V3, PACK, **{"activities": ["casthouses"], "day": DAY, **wrong})


def test_all_unknown_ids_are_named_at_once():
    found = unknown_ids(V3, PACK, activities=["x", "hpa"], member_class="y", triggers=["z"])
    assert found == {"activities": ("x",), "member_class": ("y",), "triggers": ("z",)}
    assert unknown_ids(V3, PACK, activities=EIGHT, triggers=trigger_ids(V3)) == {}


def test_the_cycle_taken_is_said_in_the_reasons_of_every_criterion():
    for cycle, found in (("later", answers(V3, "casthouses")), ("first", answers(V3, "casthouses", cycle="first"))):
        assert all(answer.reasons[0].values["cycle"] == cycle for answer in found.values())


def test_an_answer_is_json_ready():
    assert answers(V3, "hpa")["5.2"].as_dict() == {
        "number": "5.2",
        "answer": "not_known",
        "activities": ["hpa"],
        "triggers": [],
        "reasons": [
            {
                "rule": "not_covered",
                "text": "Not known for High Purity Alumina Production: the source of this version says nothing of it.",
                "values": {"criterion": "5.2", "activities": ["hpa"], "cycle": "later", "covered": list(EIGHT)},
                "trust": "read",
                "origin": "asi",
                "source": "https://aluminium-stewardship.org/auditor/tuev-sud-china",
            }
        ],
    }


class TestAnotherScheme:
    def test_its_own_activities_triggers_and_reliefs_are_used(self):
        found = answers(LEAF, "growing", "packing", pack=OTHER)
        assert {number: str(one.answer) for number, one in found.items()} == {
            "1.1": "applies",
            "1.2": "depends",
            "1.3": "applies",
            "2.1": "applies",
            "2.2": "depends",
            "2.3": "not_known",
        }

    @pytest.mark.parametrize("given", [["hired_pickers"], ["new_land"], ["hired_pickers", "new_land"]])
    def test_of_several_conditions_one_is_enough(self, given):
        assert answers(LEAF, "growing", pack=OTHER, triggers=given)["2.2"].answer is APPLIES

    @pytest.mark.parametrize(
        ("member_class", "cycle", "day", "expected"),
        [
            ("traders", "first", date(2025, 12, 31), NOT),
            ("traders", "first", date(2026, 1, 1), APPLIES),
            ("traders", "later", date(2025, 12, 31), APPLIES),
            ("gardens", "first", date(2025, 12, 31), APPLIES),
            (None, "first", date(2025, 12, 31), DEPENDS),
        ],
    )
    def test_a_relief_for_one_class_holds_for_it_alone(self, member_class, cycle, day, expected):
        found = answers(LEAF, "blending", pack=OTHER, member_class=member_class, cycle=cycle, day=day)
        assert found["1.3"].answer is expected
        assert found["2.1"].answer is APPLIES


# --- properties ---

ASKED = st.sampled_from([(PACK, V2), (PACK, V3), (OTHER, LEAF)])


@st.composite
def cases(draw):
    pack, standard = draw(ASKED)
    ids = [activity.id for activity in pack.activities]
    return {
        "pack": pack,
        "standard": standard,
        "activities": draw(st.sets(st.sampled_from(ids), min_size=1)),
        "member_class": draw(st.none() | st.sampled_from([one.id for one in pack.classes])),
        "cycle": draw(st.sampled_from(CYCLES)),
        "triggers": draw(st.sets(st.sampled_from(trigger_ids(standard)))) if trigger_ids(standard) else set(),
        "day": draw(st.dates(date(2017, 1, 1), date(2030, 1, 1))),
    }


def asked(case, **changes):
    case = {**case, **changes}
    return applicability(case.pop("standard"), case.pop("pack"), **case)


@given(cases())
@settings(max_examples=60, deadline=None)
def test_every_answer_explains_itself(case):
    for answer in asked(case):
        assert answer.reasons
        assert answer.reasons[0].text.endswith(".")
        assert set(answer.activities) <= case["activities"]
        assert answer.activities
        assert all(reason.origin != OURS or reason.trust in {Trust.KNOWN, Trust.DESIGN} for reason in answer.reasons)


@given(cases(), st.data())
@settings(max_examples=60, deadline=None)
def test_one_more_activity_never_lowers_an_answer(case, data):
    one_more = data.draw(st.sampled_from([activity.id for activity in case["pack"].activities]))
    wider = asked(case, activities=case["activities"] | {one_more})
    for before, after in zip(asked(case), wider, strict=True):
        assert after.answer.rank <= before.answer.rank


@given(cases())
@settings(max_examples=60, deadline=None)
def test_the_order_and_the_doubling_of_activities_change_nothing(case):
    listed = sorted(case["activities"])
    assert asked(case, activities=listed) == asked(case, activities=[*reversed(listed), *listed])


@given(cases(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_trigger_only_turns_depends_into_applies(case, data):
    known = trigger_ids(case["standard"])
    more = data.draw(st.sets(st.sampled_from(known))) if known else set()
    for before, after in zip(asked(case), asked(case, triggers=case["triggers"] | more), strict=True):
        assert after.answer is before.answer or (before.answer, after.answer) == (DEPENDS, APPLIES)


@given(cases())
@settings(max_examples=60, deadline=None)
def test_trust_never_rises_by_mixing(case):
    """A reason that rests on the criterion's coverage is never better than that coverage."""
    for answer, criterion in zip(asked(case), case["standard"].criteria, strict=True):
        for reason in answer.reasons:
            if reason.rule in {"covers_all", "listed", "not_listed", "trigger_given", "trigger_not_given"}:
                assert reason.trust.rank >= criterion.applies.trust.rank
                if criterion.applies.origin in {OURS, THIRD_PARTY}:
                    assert reason.origin != case["pack"].scheme.id


@given(st.lists(st.sampled_from(list(Answer)), min_size=1))
def test_a_union_is_one_of_its_parts_and_none_is_higher(parts):
    joined = union(parts)
    assert joined in parts
    assert all(joined.rank <= part.rank for part in parts)


def test_the_order_of_a_union_is_applies_depends_not_known_does_not_apply():
    assert [union([first, second]) for first, second in zip(Answer, list(Answer)[1:], strict=False)] == list(Answer)[:3]


COC = PACK.standard("coc-2")
# chain-of-custody-v2.yaml, applicability_matrix: x applies, c on condition, - not, by section and in this order
SIX = ("bauxite_mining", "alumina_refining", "aluminium_smelting", "remelting_refining", "casthouses", "post_casthouse")
MATRIX = {
    1: "xxxxxx", 2: "cccccc", 7: "cccxcc", 8: "xxxxxx", 9: "xxxxxc", 10: "-xxxxx", 11: "cccccc",
}  # fmt: skip
WORDS = {"x": APPLIES, "c": DEPENDS, "-": NOT}


@pytest.mark.parametrize("section", MATRIX)
def test_an_activity_can_be_bound_anyway_where_others_are_bound_on_a_condition(section):
    found = {one: answers(COC, one) for one in SIX}
    for activity, word in zip(SIX, MATRIX[section], strict=True):
        principle = next(item for item in COC.principles if item.number == section)
        told = {
            found[activity][criterion.number].answer for criterion in principle.criteria if criterion.number != "8.5"
        }
        assert told == {WORDS[word]}, activity


def test_with_its_condition_given_a_criterion_is_for_all_alike():
    found = {one: answers(COC, one, triggers=["outside_supply"])["7.1"] for one in SIX}
    assert {item.answer for item in found.values()} == {APPLIES}
    # "8.5 ... applies: [remelting_refining, casthouse]"
    assert {one: answers(COC, one)["8.5"].answer for one in SIX} == {
        one: APPLIES if one in {"remelting_refining", "casthouses"} else NOT for one in SIX
    }
