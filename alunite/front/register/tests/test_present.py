"""What pages show: findings in words, drawings inside their frame, trust beside each value, unknown said as unknown."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from alunite.foundation.core.judgement import Reason, Trust
from alunite.foundation.core.timeline import Segment, Timeline
from alunite.front.register import about, present
from alunite.front.register.models import Record
from alunite.front.register.present import about as about_shown
from alunite.front.register.present import drawing as drawn
from alunite.front.register.present import records, words
from alunite.front.register.present.bars import by_activity
from alunite.front.register.present.kept import code
from alunite.front.register.present.life import life
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import THIN

TODAY = date(2026, 11, 22)
SITE = Site(
    {
        "scheme": {"id": "tea", "name": "Fair Leaf Tea", "owner": "Fair Leaf Trust"},
        "activities": [{"id": "growing", "label": "Growing"}, {"id": "blending", "label": "Blending"}],
        "families": [{"id": "leaf", "label": "Leaf Standard"}],
        "versions": [{"id": "leaf-1", "label": "First Flush 2020"}],
        "levels": [{"id": "ripe", "label": "Ripe", "mark": "●"}, {"id": "green", "label": "Green", "mark": "◐"}],
        "events": [{"id": "first", "label": "First certification"}],
    }
)
SAID: dict[str, Any] = {
    "id": "22222222",
    "record_id": "T001",
    "entity": "Hill garden",
    "members": [{"id": "33333333", "name": "Hill Tea"}],
    "countries": ["IN"],
    "family": "leaf",
    "version": "leaf-1",
    "version_printed": "unknown",
    "level": "ripe",
    "scope": "unknown",
    "activities": ["growing"],
    "firm": None,
    "certificate_number": "7",
    "issue_date": "2020-01-01",
    "expiry_date": "2022-12-31",
    "certified_since": "unknown",
    "announced_date": "unknown",
    "event": "first",
    "source_url": "https://www.example.org/one",
}


def segment(state: str, first: str, last: str | None, level: str = "unknown") -> Segment:
    reason = Reason("timeline.test", f"From {first} on.", {}, Trust.READ, "third_party", SAID["source_url"])
    return Segment(
        state, date.fromisoformat(first), date.fromisoformat(last) if last else None, level, reasons=(reason,)
    )


THREE_YEARS = Timeline(
    (segment("active", "2020-01-01", "2022-12-31", "ripe"), segment("expired", "2023-01-01", None, "ripe"))
)
ANNOUNCED = Timeline((segment("unknown", "2024-03-28", None),))


def page(line: Timeline, asked: date | None = None, **said: Any) -> records.Page:
    payload = SAID | {"timeline": line.as_list()} | said
    return present.page(Record(kind="certification_event", payload=payload), asked or TODAY, SITE)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (Timeline(()), "No day of it is known"),
        (ANNOUNCED, "Nothing known before 28 Mar 2024, and its state never published"),
        (THREE_YEARS, "In date for 3 years, nothing later known"),
        (Timeline((segment("active", "2025-11-22", "2028-11-21"),)), "In date for one year so far"),
        (
            Timeline((segment("active", "2024-01-01", "2024-12-31"), segment("suspended", "2025-01-01", None))),
            "In date for one year, then suspended",
        ),
        (
            Timeline((segment("unknown", "2022-05-01", "2025-05-30"), segment("expired", "2025-05-31", None))),
            "Nothing is certain of it before 31 May 2025",
        ),
    ],
)
def test_the_title_of_a_timeline_says_what_it_shows(line, says):
    assert records.finding(line, TODAY) == says


def test_the_title_for_an_earlier_day_names_the_first_day_that_is_certain():
    # As of a day before it was issued: certain from its first day on, not from the day it expired.
    assert records.finding(THREE_YEARS, date(2015, 1, 1)) == "Nothing is certain of it before 1 Jan 2020"


def test_a_last_day_is_not_said_more_exactly_than_it_is_published():
    line = Timeline((segment("unknown", "2026-08-02", "2026-08-31"), segment("expired", "2026-09-01", None)))
    assert page(line, expiry_date="2026-08").headline == "Expired after some day of Aug 2026"
    assert page(line, expiry_date="unknown").headline == "Expired after 31 Aug 2026 at the latest"
    assert page(THREE_YEARS).headline == "Expired after 31 Dec 2022"
    # From 31 December 2022 to 22 November 2026.
    assert page(THREE_YEARS).sentence.startswith("3 years and 10 months ago, by the last day published for it.")


def test_nothing_is_drawn_after_the_day_asked_for_unless_a_date_is_published():
    drawing = drawn.draw(ANNOUNCED, [], TODAY, SITE, is_today=True)
    assert drawing is not None
    assert drawing.bars[0].x + drawing.bars[0].width == pytest.approx(drawing.now, abs=0.02)
    ahead = drawn.draw(Timeline((segment("active", "2025-01-01", "2027-12-31"),)), [], TODAY, SITE, is_today=True)
    assert ahead is not None
    assert ahead.bars[0].x + ahead.bars[0].width > ahead.now


@given(
    first=st.dates(date(1950, 1, 1), date(2080, 1, 1)),
    lengths=st.lists(st.integers(0, 9000), min_size=1, max_size=5),
    is_open=st.booleans(),
    today=st.dates(date(1950, 1, 1), date(2080, 1, 1)),
)
def test_a_drawing_stays_in_its_frame_and_in_order(first, lengths, is_open, today):
    segments = []
    for place, length in enumerate(lengths):
        last = None if is_open and place == len(lengths) - 1 else first + timedelta(days=length)
        segments.append(Segment("active" if place % 2 else "unknown", first, last, "ripe"))
        first = first + timedelta(days=length + 1)
    drawing = drawn.draw(Timeline(tuple(segments)), [], today, SITE, is_today=True)
    assert drawing is not None
    assert 0 <= drawing.now <= drawn.WIDTH
    assert all(bar.x >= 0 and bar.width >= 0 and bar.x + bar.width <= drawn.WIDTH + 0.02 for bar in drawing.bars)
    assert [bar.x for bar in drawing.bars] == sorted(bar.x for bar in drawing.bars)
    for letter, place in ((drawn.DESK_LETTER, "desk"), (drawn.PHONE_LETTER, "phone")):
        labels = [label(flag, getattr(flag, place), letter) for flag in drawing.flags if getattr(flag, place)]
        assert all(begins >= 0 and ends <= drawn.WIDTH for begins, ends in labels)
        assert all(one[1] < other[0] for one, other in pairwise(sorted(labels))), "labels never run into each other"
    for width, most in (({"everywhere", "desk"}, drawn.MOST_YEARS_DESK), ({"everywhere"}, drawn.MOST_YEARS_PHONE)):
        assert 1 <= sum(tick.label in width for tick in drawing.ticks) <= 2 * most


def label(flag: drawn.Flag, anchor: str, letter: float) -> tuple[float, float]:
    """From where to where a label is written."""
    wide = max(len(flag.word), len(flag.under)) * letter
    begins = flag.x - wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
    return begins, begins + wide


def test_lengths_in_a_drawing_are_written_the_same_in_every_language():
    bar = drawn.Bar(x=123.4, width=50.0, state="active", word="Ripe")
    assert (bar.left, bar.across, bar.right) == ("12.34%", "5.00%", "17.34%")


@pytest.mark.parametrize(("width", "where"), [(400.0, "everywhere"), (100.0, "desk"), (40.0, "")])
def test_a_label_is_drawn_only_where_it_fits(width, where):
    bar = drawn.Bar(x=0, width=width, state="active", word="Ripe")
    assert bar.has_label == where


def test_what_no_source_says_is_listed_and_what_one_says_is_not():
    asked = [item.asked for item in records.not_known(SAID)]
    assert {"Scope in words", "Audit firm", "Suspension or withdrawal"} <= set(asked)
    assert not {"Certificate number", "Day of issue", "Last day", "Level", "Activities in scope"} & set(asked)
    assert "Activities in scope" in [item.asked for item in records.not_known(SAID | {"activities": ["unknown"]})]
    assert not any(item.known for item in records.not_known(SAID))


@pytest.mark.parametrize("state", ["suspended", "withdrawn", "revoked", "annulled"])
def test_what_was_set_aside_is_not_said_to_be_reported_nowhere(state):
    """Asked on any day: before it, on it, and once it was lifted."""
    line = Timeline(
        (
            segment("active", "2020-01-01", "2020-12-31"),
            segment(state, "2021-01-01", "2021-12-31"),
            segment("active", "2022-01-01", "2022-12-31"),
        )
    )
    for day in (date(2020, 6, 1), date(2021, 6, 1), date(2022, 6, 1)):
        shown = page(line, asked=day)
        assert "Suspension or withdrawal" not in [item.asked for item in shown.not_known]
        assert not any("Suspension and withdrawal" in reason.text for reason in shown.reasons)
    silent = page(THREE_YEARS, asked=date(2020, 6, 1))
    assert "Suspension or withdrawal" in [item.asked for item in silent.not_known]
    assert any("Suspension and withdrawal" in reason.text for reason in silent.reasons)


def test_activities_no_source_names_are_not_shown_as_outside():
    assert page(THREE_YEARS).covered == ["Growing"]
    assert page(THREE_YEARS).activities_known
    assert not page(THREE_YEARS, activities=["unknown"]).activities_known
    assert not words.knows_activities([])


@pytest.mark.parametrize(
    ("line", "expiry", "answer", "known"),
    [
        (Timeline((segment("active", "2025-01-01", "2027-12-31"),)), "2027-12-31", "Ends 31 Dec 2027", True),
        (THREE_YEARS, "2022-12-31", "Unknown", False),
        (ANNOUNCED, "unknown", "Unknown", False),
    ],
)
def test_what_comes_next_is_said_only_of_what_is_in_date(line, expiry, answer, known):
    coming = page(line, expiry_date=expiry).coming
    assert (coming.answer, coming.known) == (answer, known)


def test_a_reason_names_its_source_by_number_and_its_days_as_all_others():
    shown = page(THREE_YEARS).reasons[0]
    assert shown.text == "From 1 Jan 2023 on."
    assert (shown.number, shown.word, shown.trusted) == (1, "reported", False)
    assert shown.note == "reported by example.org"


PASSED = Reason(
    "timeline.last_day_passed",
    "Its last day has passed: 2027-12-31 is printed. No later one is known here.",
    {"expires": "2027-12-31"},
    Trust.READ,
    "third_party",
    SAID["source_url"],
)


def test_a_run_of_days_to_come_is_not_said_to_have_passed():
    line = Timeline(
        (segment("active", "2025-01-01", "2027-12-31"), Segment("expired", date(2028, 1, 1), None, "ripe", (PASSED,)))
    )
    ahead = page(line, expiry_date="2027-12-31").segments[1].reasons[0].text
    assert ahead == "Its last day as published is 31 Dec 2027, and no later one is known here."
    after = page(line, asked=date(2028, 1, 2), expiry_date="2027-12-31").segments[1].reasons[0].text
    assert after.startswith("Its last day has passed: 31 Dec 2027 is printed.")


def test_a_state_that_is_neither_in_date_nor_over_is_never_called_in_date():
    line = Timeline((segment("active", "2024-01-01", "2024-12-31"), segment("suspended", "2025-01-01", None)))
    shown = page(line)
    assert shown.headline == "Suspended since 1 Jan 2025"
    assert "In date" not in shown.sentence


def with_surveillance() -> Site:
    level = {"id": "ripe", "label": "Ripe", "mark": "●", "surveillance_months": {"value": 18, "trust": "cut"}}
    return Site({**SITE.vocabulary, "levels": [level]})


def moments(site: Site, *audits: dict[str, Any], **said: Any) -> list[tuple[str, str, str]]:
    told = life(SAID | said, audits, THREE_YEARS, {SAID["source_url"]: 1}, site)
    return [(moment.days, moment.text, moment.interval) for moment in told]


AUDIT: dict[str, Any] = {
    **dict.fromkeys(("audit_start", "audit_end", "report_date", "next_audit"), "unknown"),
    "audit_type": "First audit",
    "firm": {"id": "44444444", "name": "Leaf Audit"},
    "source_url": SAID["source_url"],
}


def test_a_life_is_told_day_by_day_with_how_long_lay_between():
    audit = AUDIT | {"audit_start": "2019-10-29", "audit_end": "2019-11-02", "report_date": "2019-12"}
    assert moments(SITE, audit) == [
        ("29 Oct 2019 – 2 Nov 2019", "First audit by Leaf Audit", ""),
        ("Dec 2019", "Report of the audit", ""),
        ("1 Jan 2020", "First certification: certificate issued as Ripe", "60 days later"),
        ("31 Dec 2022", "Last day published for it", "3 years after issue"),
    ]
    assert moments(SITE, AUDIT | {"audit_start": "2019-10-14", "audit_end": "2019-10-18"})[0][0] == "14–18 Oct 2019"


def test_what_is_usual_is_asked_after_only_where_no_page_tells_of_it():
    usual = [told for told in moments(with_surveillance()) if "Surveillance" in told[1]]
    assert usual == [
        ("Jul 2021", "Surveillance audit: none published. There usually is one, about 18 months after issue", "")
    ]
    later = AUDIT | {"audit_start": "2021-06-01"}
    for told in (moments(SITE), moments(with_surveillance(), later), moments(with_surveillance(), level="green")):
        assert not any("Surveillance" in text for _, text, _ in told)
    assert not any("Surveillance" in text for _, text, _ in moments(with_surveillance(), expiry_date="2021-06-30"))


def test_a_code_to_scan_has_four_modules_free_all_around_and_no_style_of_its_own():
    drawn_code = code("https://example.org/certificates/22222222/", 'A "label"')
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', drawn_code)[1])
    runs = [(int(x), int(y), int(wide)) for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)", drawn_code)]
    assert min(x for x, _, _ in runs) == min(y for _, y, _ in runs) == 4
    assert max(x + wide for x, _, wide in runs) == max(y for _, y, _ in runs) + 1 == side - 4
    assert sum(wide for x, y, wide in runs if y == 4 and x == 4) == 7, "the finder pattern's edge is seven modules"
    assert "style" not in drawn_code
    assert "&quot;label&quot;" in drawn_code


@pytest.mark.parametrize(
    ("attribution", "named"), [("The page named in source_url", "example.org"), ("A. Collector", "A. Collector")]
)
def test_who_is_to_be_named_is_named_and_not_a_column(attribution, named):
    assert words.to_be_named(attribution, "https://www.example.org/one") == named


@pytest.mark.parametrize(
    ("trust", "origin", "word"),
    [
        ("read", "tea", "read"),
        ("read", "third_party", "reported"),
        ("read", "another_scheme", "reported"),
        ("read", "", "reported"),
        ("read", "ours", "our default"),
        ("cut", "tea", "broke off"),
        ("known", "ours", "general knowledge"),
        ("design", "ours", "our default"),
    ],
)
def test_each_trust_has_a_word_for_a_row(trust, origin, word):
    assert words.trust_word(trust, origin, SITE) == word


def test_only_what_the_owner_says_is_shown_as_the_owners():
    """Any other origin than the scheme's own id counted as the owner once."""
    source = "https://www.press.example/one"
    assert words.trust_note("read", "tea", source, SITE) == ("read at TEA", True)
    assert words.trust_note("read", "another_scheme", source, SITE) == ("reported by press.example", False)
    assert words.trust_note("read", "", "", SITE) == ("reported by a third party", False)
    assert words.trust_note("read", "ours", source, SITE) == ("our default, not TEA’s", False)
    told = [about.Said("figure", origin, "A. Collector", "unknown", 1) for origin in ("tea", "ours", "third_party", "")]
    [row] = [row for row in about_shown.by_kind(told, SITE) if row.all]
    assert (row.owner, row.others, row.untold) == (1, 1, 2)


def statement(trust: str = "read", origin: str = "tea", **has: Any) -> dict[str, Any]:
    return {"trust": trust, "origin": origin, "sources": ["https://tea.example/rules"], "note": None, **has}


def standard_record() -> Record:
    threshold = statement(
        "known",
        "ours",
        metric="water_per_kg",
        operator="at_most",
        value=9.5,
        unit="l/kg",
        by_year=2030,
        must_confirm=True,
    )
    criterion = statement(
        number="1.1",
        title="Water",
        requirement=statement(text="Measure the water used."),
        applies=statement("known", "ours", to=["growing"], when=["new_land"]),
        disclosure=None,
        review=None,
        thresholds=[threshold],
        sub_criteria=[],
    )
    criterion["note"] = "A remark."
    content = {
        "covers": {"activities": ["growing", "packing"]},
        "triggers": [{"id": "new_land", "label": "New land is planted"}],
        "head": {},
        "sections": [{"principles": [{"number": 1, "criteria": [criterion]}]}],
        "reliefs": [statement(text="Less is asked.")],
        "applicability_notes": [],
        "disclosure_notes": [],
        "version_notes": [],
    }
    version = statement("known", "ours", id="leaf-1", published="2020-03", notes=[])
    return Record(
        kind="standard_version", subject="leaf-1", payload={"family": "leaf", "version": version, "standard": content}
    )


def test_a_standard_says_how_well_each_part_is_known_and_keeps_remarks():
    shown = present.standard(standard_record(), SITE)
    criterion = shown["content"]["sections"][0]["principles"][0]["criteria"][0]
    assert shown["notes"] == [("read at TEA", 1)]
    assert (criterion["trust_word"], criterion["remark"]) == ("read", "A remark.")
    assert criterion["conditions"] == ["New land is planted"]
    assert not criterion["applies"]["trusted"]
    assert criterion["thresholds"][0]["words"] == "water per kg: at most 9.5\u202fl/kg by 2030"
    assert [word for word, _ in shown["trust_words"]] == ["general knowledge", "read"]
    assert not shown["version_trusted"]


def test_a_version_whose_criteria_are_not_held_is_shown_without_them():
    record = standard_record()
    record.payload["standard"] = None
    shown = present.standard(record, SITE)
    assert (shown["content"], shown["criteria"], shown["principles"], shown["trust_words"]) == (None, 0, [], [])


def test_counts_from_a_thousand_on_are_shown_in_groups_wherever_they_stand():
    wide = f"3{THIN}875"
    shares = {"activity": [("growing", 3875), ("blending", 12)]}
    chart = by_activity(shares, 12345, SITE)
    assert chart.finding == f"Growing: in {wide} of 12{THIN}345 certificates and events, more than any other"
    drawn = render_to_string("components/_bars.html", {"chart": chart})
    assert re.findall(r">(\d[\d\u202f]*)</(?:text|span)>", drawn) == [wide, wide, "12", "12"]
    in_a_file = render_to_string("charts/bars.svg", {"bars": [(0, chart.shown[0])]})
    assert f">{wide}</text>" in in_a_file
    many, one = ({"listing": {"whole": whole}} for whole in (3875, 1))
    assert f"{wide} records" in render_to_string("register/_narrowed.html", many)
    assert re.search(r"1 record\s", render_to_string("register/_narrowed.html", one)), "the plural is that of the count"
    with translation.override("fr"):
        assert f"{wide} fiches" in render_to_string("register/_narrowed.html", many)
        assert f"dans {wide} certificats" in by_activity(shares, 12345, SITE).finding
    assert [bar.count for bar in chart.every] == [3875, 12], "files get numbers without groups"
