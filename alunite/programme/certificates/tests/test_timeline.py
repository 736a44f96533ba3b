"""Which state holds on which day, made out from what sources print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alunite.foundation.core.days import PartialDate
from alunite.foundation.core.judgement import Param, Trust
from alunite.programme.certificates.rules import Facts, is_identified, timeline

TERMS = {"full": Param(3, Trust.READ, "owner"), "provisional": Param(1, Trust.READ, "owner")}
ONE_DAY = timedelta(days=1)


def day(text: str) -> PartialDate:
    return PartialDate.parse(text)


def facts(record_id: str = "C1", level: str = "unknown", **printed: str) -> Facts:
    return Facts(record_id, level=level, **{name: day(text) for name, text in printed.items()})


# Days as printed in samples/public-pages/certificates.csv, rows C001 and C004.
@pytest.mark.parametrize(
    ("issued", "expires"),
    [("2019-12-13", "2022-12-12"), ("2021-01-18", "2024-01-17")],
    ids=["certificate 56", "certificate 113"],
)
def test_a_certificate_is_in_date_from_its_first_to_its_last_day(issued, expires):
    line = timeline([facts(level="full", issued=issued, expires=expires)], TERMS)
    first, last = day(issued).earliest, day(expires).earliest
    assert line.state_on(first - ONE_DAY) is None
    assert line.state_on(first) == "active"
    assert line.state_on(last) == "active"
    assert line.state_on(last + ONE_DAY) == "expired"
    assert line.segment_on(first).qualifier == "full"


def test_without_a_printed_last_day_the_term_of_the_level_gives_it_and_the_reason_says_so():
    # Certificate 409, issued 11 Nov 2024 as full, ends 10 Nov 2027 (scheme facts: public report anatomy, section 3).
    line = timeline([facts(level="full", issued="2024-11-11")], TERMS)
    assert line.state_on(date(2027, 11, 10)) == "active"
    assert line.state_on(date(2027, 11, 11)) == "expired"
    dates, term = line.segments[0].reasons
    assert (dates.rule, term.rule) == ("timeline.within_dates", "timeline.term")
    assert term.values["term_years"] == 3
    assert term.origin == "owner"


@pytest.mark.parametrize(
    ("issued", "sure", "unknown", "expired"),
    [
        # A full year's range of first days gives a full year's range of last days, three years less a day later.
        ("2020", ("2020-12-31", "2022-12-31"), ("2023-01-01", "2023-12-30"), "2023-12-31"),
        ("2020-08", ("2020-08-31", "2023-07-31"), ("2023-08-01", "2023-08-30"), "2023-08-31"),
    ],
)
def test_a_term_from_an_inexact_first_day_ends_on_a_range_of_days_and_names_both(issued, sure, unknown, expired):
    line = timeline([facts(level="full", issued=issued)], TERMS)
    states = {segment.state: segment for segment in line.segments[1:]}
    assert tuple(map(str, (states["active"].first, states["active"].last))) == sure
    assert tuple(map(str, (states["unknown"].first, states["unknown"].last))) == unknown
    assert str(states["expired"].first) == expired
    named = f"a day from {sure[1]} to {unknown[1]}"
    assert any(named in reason.text for reason in states["unknown"].reasons)


def test_what_was_announced_before_a_certificate_began_says_nothing_after_it_ended():
    announced = facts("C1", announced="2019-05")
    line = timeline([announced, facts("C2", "full", issued="2021-01-18", expires="2024-01-17")], TERMS)
    assert line.state_on(date(2019, 5, 1)) == "unknown"
    assert line.state_on(date(2021, 1, 18)) == "active"
    assert line.state_on(date(2024, 1, 18)) == "expired"


def test_what_was_announced_while_it_ran_may_tell_of_a_renewal():
    announced = facts("C1", announced="2023-12")
    line = timeline([announced, facts("C2", "full", issued="2021-01-18", expires="2024-01-17")], TERMS)
    assert line.state_on(date(2024, 1, 18)) == "unknown"


def test_a_reason_names_what_is_printed_and_what_is_missing():
    # Row C020 prints a last day, 2028-05, and no first.
    (reason,) = timeline([facts(announced="2025", expires="2028-05")], TERMS).segments[0].reasons
    assert reason.text == "It was announced in 2025; it prints 2028-05 as its last day and no first day."


def test_dates_known_to_the_month_are_sure_only_in_between():
    # Row C175: issued 2023-08, to 2026-08.
    line = timeline([facts(issued="2023-08", expires="2026-08", certified_since="2020-01")], TERMS)
    assert line.state_on(date(2023, 7, 31)) is None
    assert line.state_on(date(2023, 8, 1)) == "unknown"
    assert line.state_on(date(2023, 8, 30)) == "unknown"
    assert line.state_on(date(2023, 8, 31)) == "active"
    assert line.state_on(date(2026, 8, 1)) == "active"
    assert line.state_on(date(2026, 8, 2)) == "unknown"
    assert line.state_on(date(2026, 8, 31)) == "unknown"
    assert line.state_on(date(2026, 9, 1)) == "expired"
    rules = [segment.reasons[0].rule for segment in line]
    assert rules == [
        "timeline.first_day_inexact",
        "timeline.within_dates",
        "timeline.last_day_inexact",
        "timeline.last_day_passed",
    ]


def test_an_announcement_without_validity_is_unknown_from_its_earliest_possible_day():
    line = timeline([facts(announced="2020-10", certified_since="2019")], TERMS)
    assert line.state_on(date(2018, 12, 31)) is None
    assert line.state_on(date(2019, 1, 1)) == "unknown"
    assert line.state_on(date(2199, 12, 31)) == "unknown"


def test_only_a_last_day_makes_it_expired_after_and_unknown_on_it():
    # Row C020: announced 2025, expiry 2028-05, no first day.
    line = timeline([facts(announced="2025", expires="2028-05")], TERMS)
    assert line.state_on(date(2024, 12, 31)) is None
    assert line.state_on(date(2025, 1, 1)) == "unknown"
    assert line.state_on(date(2028, 5, 31)) == "unknown"
    assert line.state_on(date(2028, 6, 1)) == "expired"


def test_what_has_no_date_at_all_has_no_timeline():
    assert timeline([facts(level="full")], TERMS).segments == ()


def test_a_recertification_continues_the_certificate_and_a_gap_between_is_expired():
    first = facts("C1", "full", issued="2019-01-01", expires="2021-12-31")
    second = facts("C2", "provisional", issued="2022-03-01", expires="2023-02-28")
    line = timeline([second, first], TERMS)
    states = [(segment.state, segment.qualifier) for segment in line]
    assert states == [("active", "full"), ("expired", "full"), ("active", "provisional"), ("expired", "provisional")]


@pytest.mark.parametrize(
    ("number", "issued", "expires", "identified"),
    [
        ("56", None, None, True),
        ("", "2023-08", "2026-08", True),
        ("", "2023-08", None, False),
        ("", None, "2028-05", False),
        ("", None, None, False),
    ],
)
def test_a_certificate_needs_a_number_or_both_days(number, issued, expires, identified):
    assert is_identified(number, issued and day(issued), expires and day(expires)) is identified


# --- properties over random sets of statements ---

PRINTED = st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 12, 31)).flatmap(
    lambda exact: st.sampled_from([exact.isoformat(), exact.isoformat()[:7], exact.isoformat()[:4]])
)


@st.composite
def statements(draw: st.DrawFn, most: int = 4) -> list[Facts]:
    found = []
    for number in range(draw(st.integers(1, most))):
        issued, since, announced = (draw(st.none() | PRINTED.map(day)) for _ in range(3))
        expires = draw(st.none() | PRINTED.map(day))
        if issued and expires and expires.latest < issued.earliest:
            expires = None  # the importer refuses such a row
        level = draw(st.sampled_from(["unknown", "full", "provisional"]))
        found.append(Facts(f"C{number}", issued, expires, since, announced, level))
    return found


def days_of_interest(all_facts: Sequence[Facts]) -> list[date]:
    named = [
        edge
        for item in all_facts
        for partial in (item.issued, item.expires, item.certified_since, item.announced)
        if partial
        for edge in (partial.earliest, partial.latest)
    ]
    turns = [edge + timedelta(days=shift) for edge in named for shift in (-1, 0, 1)]
    return turns + [turn.replace(year=turn.year + 1, day=1) for turn in turns]


@given(statements())
def test_each_day_has_one_state_and_there_is_no_gap(all_facts):
    line = timeline(all_facts, TERMS)  # Timeline itself refuses gaps and overlaps
    for moment in days_of_interest(all_facts):
        covering = [segment for segment in line if segment.covers(moment)]
        assert len(covering) == (1 if line.first and moment >= line.first else 0)
        assert all(segment.reasons for segment in covering)
    if line.segments:
        assert line.segments[-1].last is None


@given(statements(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_indifferent(all_facts, random):
    shuffled = list(all_facts)
    random.shuffle(shuffled)
    assert timeline(shuffled, TERMS) == timeline(all_facts, TERMS)


def first_possible_day(item: Facts) -> date | None:
    named = [item.issued, item.expires, item.certified_since, item.announced]
    return min((partial.earliest for partial in named if partial), default=None)


@given(statements(), statements(most=1))
def test_a_later_fact_changes_no_earlier_day(earlier, later):
    (added,) = later
    added = Facts("later", added.issued, added.expires, added.certified_since, added.announced, added.level)
    begins = first_possible_day(added)
    before, after = timeline(earlier, TERMS), timeline([*earlier, added], TERMS)
    for moment in days_of_interest([*earlier, added]):
        if begins is None or moment < begins:
            assert after.state_on(moment) == before.state_on(moment)


def worlds(item: Facts) -> list[tuple[date, date]]:
    """Return the first and last days the certificate may really have had, at the extremes of both."""
    assert item.issued
    assert item.expires
    edges = [item.issued.earliest, item.issued.latest, item.expires.earliest, item.expires.latest]
    firsts = [edge for edge in edges if item.issued.earliest <= edge <= item.issued.latest]
    lasts = [edge for edge in edges if item.expires.earliest <= edge <= item.expires.latest]
    return [(first, last) for first, last in product(firsts, lasts) if first <= last]


def state_in_world(spans: Sequence[tuple[date, date]], moment: date) -> str | None:
    if any(first <= moment <= last for first, last in spans):
        return "active"
    return "expired" if any(last < moment for _, last in spans) else None


@given(statements(most=3).map(lambda found: [item for item in found if item.issued and item.expires]))
def test_a_state_is_sure_only_if_every_possible_truth_has_it(dated):
    """The oracle tries every extreme of what the printed days can mean, day by day."""
    line = timeline(dated, TERMS)
    for moment in days_of_interest(dated):
        possible = {state_in_world(world, moment) for world in product(*(worlds(item) for item in dated))}
        expected = possible.pop() if len(possible) == 1 else "unknown"
        assert line.state_on(moment) == expected, moment
