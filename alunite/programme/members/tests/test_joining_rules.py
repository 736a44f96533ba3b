"""Who joins in which class, what is missing, what it costs, what a day brings. Numbers: docs/algorithms/membership.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alunite.foundation.core.judgement import Judgement, Trust
from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.tests.where import SHIPPED
from alunite.programme.members.joining.rules import (
    Applicant,
    Due,
    Filled,
    Given,
    Light,
    certification_clock,
    certification_light,
    class_open,
    class_proposed,
    completeness,
    fee,
    invoice_due,
    step,
    takes_two,
)

PACK = load_pack(SHIPPED)
SCHEME = PACK.membership
CERTIFYING = {one.id for one in PACK.classes if one.may_certify}
YES = Judgement(result=True, reasons=())


def applicant(*activities: str, kind: str = "company", wants: bool = False) -> Applicant:
    return Applicant(kind, frozenset(activities), wants)


@pytest.mark.parametrize(
    ("who", "proposed"),
    [
        # "Anyone mining bauxite, refining alumina or smelting must be in this class."
        (applicant("aluminium_smelting", "other_manufacturing_sale"), "production_transformation"),
        (applicant("bauxite_mining", kind="other"), "production_transformation"),
        # "Includes Bauxite Development and HPA since Nov 2023."
        (applicant("bauxite_development"), "production_transformation"),
        (applicant("casthouses", wants=True), "production_transformation"),
        # "Makes consumer or commercial goods that contain aluminium."
        (applicant("other_manufacturing_sale", wants=True), "industrial_users"),
        (applicant(kind="not_for_profit"), "civil_society"),
        (applicant(kind="industry_association"), "associations"),
        # "Everyone else with an interest."
        (applicant(), "general_supporters"),
        (applicant(kind="other"), "general_supporters"),
        # A class that can hold a certificate is for those who make or transform.
        (applicant(kind="not_for_profit", wants=True), ""),
    ],
)
def test_the_class_follows_from_kind_activities_and_whether_a_certificate_is_wanted(who, proposed):
    judged = class_proposed(who, SCHEME, CERTIFYING)
    assert judged.result == proposed
    assert judged.reasons


def test_what_forces_a_class_closes_every_other_and_says_by_which_page():
    smelter = applicant("aluminium_smelting")
    for rule in SCHEME.classes[1:]:
        judged = class_open(rule, smelter, SCHEME, CERTIFYING)
        assert not judged.result
        forced = judged.reasons[0]
        assert (forced.rule, forced.trust, forced.origin) == ("membership.class_forced_elsewhere", Trust.READ, "asi")
        assert forced.values == {"activities": ["aluminium_smelting"], "member_class": "production_transformation"}


def test_whoever_uses_aluminium_may_choose_to_support_instead_of_certifying():
    maker = applicant("other_manufacturing_sale")
    open_to = [rule.member_class for rule in SCHEME.classes if class_open(rule, maker, SCHEME, CERTIFYING).result]
    assert open_to == ["industrial_users", "downstream_supporters", "general_supporters"]
    wanting = replace(maker, wants_certificate=True)
    assert [one.member_class for one in SCHEME.classes if class_open(one, wanting, SCHEME, CERTIFYING).result] == [
        "industrial_users"
    ]


ANSWERS = {one.id: "yes" if one.answer == "consent" else "said" for one in SCHEME.application.questions}
FULL = Filled(
    kind="company",
    member_class="production_transformation",
    size=120,
    activities=frozenset({"aluminium_smelting"}),
    places=1,
    has_group=False,
    answers=ANSWERS,
    documents=frozenset({"documents"}),
)


def test_a_full_application_is_complete_and_an_empty_one_says_everything_it_lacks():
    assert completeness(FULL, SCHEME).result
    empty = completeness(Filled(), SCHEME)
    required = [one.id for one in SCHEME.application.questions if one.required]
    assert [reason.values["field"] for reason in empty.reasons] == [
        "kind",
        "member_class",
        "size",
        "has_group",
        *required,
    ]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"places": 0}, "places"),
        ({"activities": frozenset()}, "activities"),
        ({"has_group": True}, "group"),
        ({"size": None}, "size"),
        ({"answers": {**ANSWERS, "bylaws": "no"}}, "bylaws"),
        ({"answers": {**ANSWERS, "address": "  "}}, "address"),
        # Words do not stand for a document, as they could before.
        ({"documents": frozenset()}, "documents"),
    ],
)
def test_one_thing_missing_is_named(changed, field):
    judged = completeness(replace(FULL, **changed), SCHEME)
    assert not judged.result
    assert [reason.values["field"] for reason in judged.reasons] == [field]


def test_a_class_that_certifies_nothing_asks_for_no_place():
    assert completeness(
        replace(FULL, member_class="general_supporters", places=0, activities=frozenset()), SCHEME
    ).result


@pytest.mark.parametrize(
    ("member_class", "size", "first", "months", "amount"),
    [
        ("production_transformation", 99, date(2026, 1, 1), 12, "6000.00"),
        ("production_transformation", 100, date(2026, 1, 1), 12, "18000.00"),
        # Joined on 15 October: three months begun; 18,000 x 3/12.
        ("production_transformation", 100, date(2026, 10, 15), 3, "4500.00"),
        ("production_transformation", 10**6, date(2026, 12, 31), 1, "3750.00"),
        # 1,000 x 5/12 = 416.666..., half up to the cent.
        ("general_supporters", 0, date(2026, 8, 31), 5, "416.67"),
        ("civil_society", 5, date(2026, 6, 1), 7, "0.00"),
    ],
)
def test_a_part_year_costs_a_twelfth_for_each_month_begun(member_class, size, first, months, amount):
    judged = fee(SCHEME.fees, member_class, size, first)
    assert (judged.result.months, judged.result.amount, judged.result.currency) == (months, Decimal(amount), "USD")
    # No fee is public: none is ever shown as the scheme's.
    assert {(reason.trust, reason.origin) for reason in judged.reasons} == {(Trust.DESIGN, "ours")}


@given(
    st.sampled_from([band.member_class for band in SCHEME.fees.bands]),
    st.integers(0, 10**7),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)
def test_there_is_a_fee_for_everybody_and_joining_later_in_a_year_never_costs_more(member_class, size, first):
    now = fee(SCHEME.fees, member_class, size, first).result
    later = fee(SCHEME.fees, member_class, size, date(first.year, 12, 31)).result
    assert Decimal(0) <= later.amount <= now.amount <= now.whole_year


GIVEN = Given(complete=YES, class_fits=YES, looked_into={"sanctions", "media", "ownership"}, reason="Said.")


def test_the_steps_lead_from_the_first_question_to_membership():
    state = "enquiry"
    for act in ("submit", "query", "answer", "approve", "invoice", "activate", "suspend", "reinstate", "resign"):
        state = step(act, state, SCHEME, GIVEN).result
        assert state
    assert state == "resigned"
    assert step("approve", "declined", SCHEME, GIVEN).reasons[0].rule == "membership.no_such_step"
    assert takes_two("decline", "submitted", SCHEME)
    assert not takes_two("decline", "enquiry", SCHEME)


def test_a_step_says_everything_that_stands_against_it():
    lacking = Given(complete=completeness(Filled(), SCHEME), class_fits=YES, looked_into={"media"})
    judged = step("approve", "submitted", SCHEME, lacking)
    assert judged.result == ""
    assert judged.reasons[-1].values["undone"] == ["sanctions", "ownership"]
    assert len(judged.reasons) == len(lacking.complete.reasons) + 1
    assert step("query", "submitted", SCHEME, replace(GIVEN, reason=" ")).reasons[0].rule == "membership.reason_needed"
    owing = replace(GIVEN, open_amount=Decimal("0.01"))
    assert step("activate", "awaiting_payment", SCHEME, owing).reasons[0].values == {"open": "0.01"}


@pytest.mark.parametrize(
    ("today", "light", "left"),
    [
        # Joined on 1 March 2025: the last day in time is 28 February 2027.
        (date(2025, 3, 1), Light.GREEN, 729),
        (date(2026, 9, 1), Light.GREEN, 180),
        (date(2026, 9, 2), Light.AMBER, 179),
        (date(2027, 2, 28), Light.AMBER, 0),
        (date(2027, 3, 1), Light.RED, -1),
    ],
)
def test_the_light_of_the_certification_clock_on_a_day(today, light, left):
    clock = SCHEME.clocks.certification
    judged = certification_light(clock, must_certify=True, since=date(2025, 3, 1), today=today)
    assert (judged.result.light, judged.result.last, judged.result.days_left) == (light, date(2027, 2, 28), left)


def test_a_certificate_in_time_an_extension_and_a_class_without_one():
    clock, joined, today = SCHEME.clocks.certification, date(2025, 3, 1), date(2027, 4, 1)
    args = {"must_certify": True, "since": joined, "today": today}
    assert certification_light(clock, **args, certified=date(2027, 2, 28)).result.light is Light.MET
    assert certification_light(clock, **args, certified=date(2027, 3, 1)).result.light is Light.MET_LATE
    extended = certification_light(clock, **args, extension_months=6).result
    assert (extended.light, extended.last) == (Light.AMBER, date(2027, 8, 31))
    assert certification_light(clock, must_certify=False, since=joined, today=today).result.light is Light.NONE


DATED = date(2026, 1, 10)


@pytest.mark.parametrize(
    ("today", "suspended", "due"),
    [
        # 60 days after 10 January 2026 is 11 March.
        (date(2026, 2, 9), None, Due.REMIND),
        (date(2026, 2, 10), None, Due.NOTHING),
        (date(2026, 3, 4), None, Due.REMIND),
        (date(2026, 3, 11), None, Due.NOTHING),
        (date(2026, 3, 12), None, Due.SUSPEND),
        (date(2026, 3, 20), date(2026, 3, 13), Due.NOTHING),
        (date(2026, 6, 10), date(2026, 3, 13), Due.NOTHING),
        (date(2026, 6, 11), date(2026, 3, 13), Due.TERMINATE),
    ],
)
def test_what_an_unpaid_invoice_brings_on_a_day(today, suspended, due):
    clock = SCHEME.clocks.invoice
    args = {"dated": DATED, "today": today, "suspended_since": suspended}
    assert invoice_due(clock, open_amount=Decimal("0.01"), **args).result is due
    assert invoice_due(clock, open_amount=Decimal(0), **args).result is Due.NOTHING


def test_a_membership_ends_only_for_an_invoice_that_is_itself_past_its_days():
    # Suspended in March for another one; this one of 10 January 2027 is due on 11 March 2027, and 90 days later is 9 June.
    for today, due in (
        (date(2027, 3, 4), Due.REMIND),
        (date(2027, 3, 11), Due.NOTHING),
        (date(2027, 6, 8), Due.NOTHING),
        (date(2027, 6, 9), Due.TERMINATE),
    ):
        args = {"dated": date(2027, 1, 10), "today": today, "suspended_since": date(2026, 3, 13)}
        assert invoice_due(SCHEME.clocks.invoice, open_amount=Decimal(1), **args).result is due, today


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(0, 12),
    st.dates(date(2020, 1, 1), date(2036, 12, 31)),
)
def test_what_a_task_shows_and_what_the_rule_says_is_one_last_day(since, months, today):
    clock = SCHEME.clocks.certification
    state = certification_light(clock, must_certify=True, since=since, today=today, extension_months=months).result
    assert state.last == certification_clock(clock, since, months).due()


def test_a_last_day_in_a_month_that_is_too_short_is_the_one_before_the_first_of_the_next():
    args = {"must_certify": True, "since": date(2023, 1, 31), "today": date(2025, 1, 1), "extension_months": 1}
    assert certification_light(SCHEME.clocks.certification, **args).result.last == date(2025, 2, 28)


@given(st.integers(0, 400))
def test_the_sixty_days_are_the_schemes_and_what_is_ours_says_so(days):
    today = DATED + timedelta(days=days)
    judged = invoice_due(SCHEME.clocks.invoice, dated=DATED, open_amount=Decimal(1), today=today)
    assert (judged.result is Due.SUSPEND) == (days > 60)
    if judged.result is Due.SUSPEND:
        assert judged.reasons[0].origin == "asi"
    if judged.result is Due.REMIND:
        assert judged.reasons[0].origin == "ours"
