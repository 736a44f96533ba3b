"""The programme in numbers: what is published, what is held, and what neither knows.

Expected values are rows of `samples/`, quoted beside each test.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from itertools import combinations
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.publications.actions import publish
from alunite.front.register.chart_files import Filed
from alunite.front.register.present.bars import by_activity
from alunite.front.register.present.cited import Cited
from alunite.front.register.present.growth import growth
from alunite.front.register.present.labels import BOLD_LETTER, DESK, LINE, PHONE, Wish, place
from alunite.front.register.present.measures import Measure, Value
from alunite.front.register.present.years import key_figures, years
from alunite.front.register.projector import EVENT
from alunite.front.register.site import Site
from alunite.front.register.tests.world import address, said, sample_rows, stated


def text_of(answer: Any) -> str:
    without = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", without)).replace("\u202f", " ").split())


def key(answer: Any, label: str) -> Any:
    return next(figure for figure in answer.context["key_figures"] if figure.label == label)


# Key figures --------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(client: Any, facts: Any) -> Any:
    return client.get("/")


def test_the_latest_published_year_stands_against_the_one_before(home):
    """251 in 2022-08 and 200 in 2021-11; "nearly 250" of 2023-03-06 and 150 of 2021-08; 55 of 2022-11 and 40 of 2021."""
    told = {
        figure.label: (figure.latest.said, figure.before.said if figure.before else "", figure.change)
        for figure in home.context["key_figures"]
    }
    assert list(told) == [
        "Members",
        "Certifications ever issued",
        "Audits conducted",
        "Witness assessments",
        "Countries with certifications",
    ]
    assert told["Members"][:2] == ("251", "200")
    assert (told["Members"][2].share, told["Members"][2].count) == ("+26\u202f%", "+51")
    assert told["Members"][2].time == "in 9 months"
    assert told["Certifications ever issued"][:2] == ("nearly 250", "150")
    assert told["Certifications ever issued"][2].is_about
    assert told["Countries with certifications"][:2] == ("55", "40")
    assert told["Witness assessments"] == ("0", "", None)


def test_a_published_nought_is_told_from_a_gap_and_from_what_nobody_counts_here(home):
    """yearly.csv: 0 witness assessments in 2021, the full year; no record of ours is one."""
    told = text_of(home)
    assert told.count("for 2021 a page counts none: a published 0, not a gap") == 1
    assert told.count("? in our records: nothing here counts them; unknown, not 0") == 1


def test_a_year_that_is_not_over_is_compared_with_none(home):
    """203 audits in 2023; "nearly 80" by 2024-04-30; 71 in 2020 are the last before that count the same."""
    audits = key(home, "Audits conducted")
    assert (audits.latest.said, audits.before.said, audits.part) == (
        "203",
        "71",
        "initial, surveillance and re-certification",
    )
    assert [value.said for value in audits.since] == ["nearly 80"]


def test_what_is_published_for_the_same_time_stands_beside_it(home):
    """206 members in 2022 by an undated page, beside 251 of August; more than 380 in 2023 without a day."""
    members = key(home, "Members")
    assert [value.said for value in members.beside] == ["206"]
    assert [value.said for value in members.since] == ["more than 380"]
    told = text_of(home)
    assert "206 published too, for 2022 without a day (aluminiuminsider.com)" in told
    assert "For 2023: more than 380 (m.cnal.com)." in told


def test_the_gap_since_is_said_plainly(home):
    """The samples stand on 22 Nov 2026, whenever the tests run: 55 countries are of Nov 2022."""
    told = text_of(home)
    assert re.search(r"Nothing published since, for \d+ years", told)


def test_our_own_count_stands_beside_each_and_says_what_it_counts(home):
    rows = sample_rows("certificates")
    countries = {code for row in rows for code in row["country"].split(";") if code}
    told = text_of(home)
    assert f"{len(rows)} in our records: 3 certificates and {len(rows) - 3} events" in told
    assert f"{len(countries)} in our records: countries of certificates and events" in told
    assert f"{len(sample_rows('audits'))} in our records: audits that public pages tell of" in told


@pytest.mark.parametrize(
    ("day", "latest", "before"),
    [("2021-06-30", "161", "141"), ("2015-12-31", "13", ""), ("2020-02-01", "100", "46")],
)
def test_on_an_earlier_day_later_figures_are_not_told(client, facts, day, latest, before):
    """161 of 2021-03-23, 141 of 2020-11; 100 and 98 of 2019-09, 46 of 2017-02; 13 of 2015-06."""
    members = key(client.get(f"/?on={day}"), "Members")
    assert (members.latest.said, members.before.said if members.before else "") == (latest, before)
    assert not members.since


def test_a_register_without_published_figures_counts_what_it_holds(client, take_up):
    take_up({"record_id": "R1", "country": "NO", "supply_chain_activities": "Casthouses"})
    answer = client.get("/")
    assert answer.context["key_figures"] == []
    assert answer.context["growth"] is None
    told = text_of(answer)
    assert "Events besides 1" in told
    assert "Casthouses: in 1 of 1 certificates and events" in told
    assert "more than any other" not in told


# Growth -------------------------------------------------------------------------------------------------------------


def test_the_title_of_growth_says_what_the_rows_say(home):
    assert (
        home.context["growth"].finding == "Members: 13 in Jun 2015, 251 by Aug 2022; later figures do not say their day"
    )


def test_the_title_of_growth_is_true_of_an_earlier_day_too(client, facts):
    assert client.get("/?on=2021-06-30").context["growth"].finding == "Members: 13 in Jun 2015, 161 by 23 Mar 2021"


def test_a_line_joins_only_dated_figures_that_nobody_disputes(home):
    """Members with a day or month: 13, 46, 98 and 100 (both 2019-09), 118, 119, 141, 161, 200, 251."""
    chart = home.context["growth"]
    assert sum(1 for run in chart.runs if run.group == 0) == len([13, 46, 118, 119, 141, 161, 200, 251]) - 1
    hollow = [mark for mark in chart.marks if mark.group == 0 and mark.is_hollow]
    assert len(hollow) == len([98, 100])
    # More than 70 in 2019, 206 in 2022, more than 380 in 2023.
    spans = [span for span in chart.spans if span.group == 0]
    assert [bool(span.arrow) for span in spans] == [True, False, True]
    assert [dispute.label for dispute in chart.disputes] == ["Members, 2019", "Members, 2022"]
    assert "nothing found for 2016, 2018." in text_of(home)


def value(number: str, year: int, as_of: tuple[date, date] | None = None, **has: Any) -> Value:
    first, last = as_of or (date(year, 1, 1), date(year, 12, 31))
    cited = Cited("https://example.org/1", "example.org", "", "", "", "", "")
    given = {"open": "", "is_used": True, "part": "", "is_whole_year": True} | has
    return Value(
        number=Decimal(number), text=number, year=year, first=first, last=last, is_dated=as_of is not None,
        when=str(year), within="", as_of="", metric="members", note="", url="/figures/1/", cited=cited, **given,
    )  # fmt: skip


def measure(*values: Value, is_moment: bool = True) -> Measure:
    return Measure("m", "Members", is_moment, is_key=True, is_growth=True, own_count="", parts={"": list(values)})


def test_figures_without_a_day_are_drawn_and_never_joined():
    chart = growth([measure(value("10", 2020), value("20", 2021), value("30", 2022))])
    assert chart is not None
    assert (len(chart.spans), chart.marks, chart.runs) == (3, [], [])


def test_one_year_is_no_growth():
    assert growth([measure(value("10", 2020))]) is None
    assert growth([]) is None


def test_a_fall_is_no_rise_and_nothing_is_no_base():
    [figure] = key_figures([measure(value("20", 2020), value("5", 2021))], date(2021, 12, 31), {})
    assert figure.change is not None
    assert (figure.change.share, figure.change.count) == ("−75\u202f%", "−15")
    assert figure.gap == ""
    [figure] = key_figures([measure(value("0", 2020), value("5", 2021))], date(2024, 1, 31), {})
    assert figure.change is not None
    assert (figure.change.share, figure.change.count) == ("", "+5")
    assert figure.gap == "Nothing published since, for 2 years."


def test_years_keep_what_is_not_published_and_what_disagrees(home):
    table = home.context["years"]
    assert table.years == [2019, 2020, 2021, 2022, 2023, 2024]
    whens = {line.label: [cell.when for cell in line.cells] for line in table.lines}
    assert whens["Members"] == ["100: Sep", "Nov", "Nov", "251: Aug", "", ""]
    assert whens["Certifications ever issued"] == ["", "31 Dec", "Aug", "", "6 Mar", ""]
    lines = {line.label: [[value.short for value in cell.values] for cell in line.cells] for line in table.lines}
    assert lines["Members"] == [[">\u202f70", "98", "100"], ["141"], ["200"], ["206", "251"], [">\u202f380"], []]
    assert lines["Audits conducted"] == [[], [], ["117", "121"], [], [], []]
    assert years([]) is None


# Labels -------------------------------------------------------------------------------------------------------------


def test_no_words_of_a_drawing_stand_on_others_or_off_the_paper():
    wishes = [Wish(x, y, f"{x} and {y}", 0, is_name=x == 500) for x in (50, 480, 500, 520, 985) for y in (40, 44, 300)]
    labels = place(wishes, [(wish.x, wish.y) for wish in wishes], [(400, 600, 200)], [(0, 0, 1000, 300)], 328)
    assert len(labels) > len(wishes) / 2
    for width, elsewhere in ((DESK, "phone"), (PHONE, "desk")):
        boxes = []
        for label in labels:
            if label.where == elsewhere:
                continue
            long = len(label.text) * (BOLD_LETTER if label.is_name else 6)
            x = float(label.x.rstrip("%")) / 100 * width + (label.dx if label.x != "100%" else 0)
            left = x - {"start": 0, "middle": long / 2, "end": long}[label.anchor]
            bottom = float(label.y) + 3
            assert left >= -1
            assert left + long <= width + 1
            boxes.append((left, bottom - LINE, left + long, bottom))
        for one, two in combinations(boxes, 2):
            assert not (one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3])


# What is held -------------------------------------------------------------------------------------------------------


def test_bars_count_the_rows_of_the_samples(home):
    rows = sample_rows("certificates")
    expected = Counter(row["country"] for row in rows if ";" not in row["country"])
    shown = {
        bar.value: bar.count for chart in home.context["charts"] for bar in chart.every if chart.facet == "country"
    }
    several = Counter(code for row in rows for code in row["country"].split(";") if code)
    assert {code: count for code, count in shown.items() if code != "unknown"} == several
    assert shown["unknown"] == expected[""]
    assert f"China: in {several['CN']} of {len(rows)} certificates and events, more than any other" in text_of(home)


def test_what_is_counted_on_a_day_is_what_had_begun_by_it(client, facts):
    """Both ways of counting, by the tally and through all lines, agree where they are asked the same."""
    through = client.get("/?on=2199-12-31")
    now = client.get("/")
    left_out = through.context["counted"].dateless
    assert through.context["counted"].all_lines + left_out == now.context["counted"].all_lines
    early = client.get("/?on=2019-12-31").context["counted"]
    assert 0 < early.all_lines < through.context["counted"].all_lines


def test_values_that_many_have_alike_are_named_together():
    site = Site({"activities": [{"id": name, "label": name.title()} for name in "abcd"], "levels": []})
    chart = by_activity({"activity": [("a", 2), ("b", 2), ("unknown", 9)]}, 11, site)
    assert chart is not None
    assert chart.finding == "A, B: each in 2 of 11 certificates and events"
    assert [bar.is_unknown for bar in chart.shown] == [False, False, True]
    assert by_activity({"activity": [("unknown", 9)]}, 9, site) is None


def test_the_small_map_says_how_many_it_cannot_show(home):
    """Issue 4: 88 of 253 facilities lack coordinates."""
    assert home.context["map"].finding == "165 of 253 known facilities have a published place"
    assert sum(kind.count for kind in home.context["map"].kinds) == 165
    assert "The other 88" in text_of(home)
    assert "/facilities/?placed=no" in home.content.decode()


def test_the_latest_known_changes_lead_and_on_a_day_none_that_came_after(client, take_up):
    take_up(
        {"record_id": "R1", "entity": "Early works", "announced_date": "2020-03-01"},
        {"record_id": "R2", "entity": "Late works", "announced_date": "2024-03-01", "certified_since": "2019-01-01"},
    )
    assert [line.entity for line in client.get("/").context["lines"]] == ["Late works", "Early works"]
    assert [line.entity for line in client.get("/?on=2021-01-01").context["lines"]] == ["Early works"]


# Files --------------------------------------------------------------------------------------------------------------


def read_csv(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_the_file_of_a_chart_holds_every_value_as_its_row_has_it(client, facts):
    told = read_csv(client.get("/charts/growth.csv"))
    members = [(row["year"], row["as_of"], row["value"]) for row in told if row["indicator"] == "members"]
    expected = [
        (row["year"], row["as_of"], row["value"]) for row in sample_rows("yearly") if row["metric"] == "members"
    ]
    assert sorted(members) == sorted(expected)
    assert {row["value"]: row["left_open"] for row in told}["70"] == "more"
    countries = read_csv(client.get("/charts/countries.csv"))
    assert {row["country"]: row["lines"] for row in countries}["CN"] == str(
        sum("CN" in row["country"].split(";") for row in sample_rows("certificates"))
    )
    assert len(read_csv(client.get("/charts/facilities.csv"))) == 165
    assert len(read_csv(client.get("/charts/years.csv"))) > len(told)


def test_no_cell_of_the_file_of_a_chart_is_run_by_a_spreadsheet(client, facts, monkeypatch):
    said = Filed(
        "Any", "", ("name", "value"), [("=HYPERLINK(1)", -1), ("@x", None), (True, "-2"), ("x", Decimal("-3.5"))]
    )
    monkeypatch.setattr("alunite.front.register.chart_views.chart_of", lambda *_asked: said)
    read = list(csv.reader(io.StringIO(client.get("/charts/any.csv").content.decode())))
    # An apostrophe before what a spreadsheet would run; a number is one.
    assert read == [["name", "value"], ["'=HYPERLINK(1)", "-1"], ["'@x", ""], ["true", "'-2"], ["x", "-3.5"]]


def test_files_hold_both_clocks(client, facts):
    early = read_csv(client.get("/charts/growth.csv?on=2018-01-01"))
    assert [row["value"] for row in early] == ["13", "46"]
    assert client.get("/charts/growth.csv?as_of=2020-01-01").status_code == HTTPStatus.NOT_FOUND
    answer = client.get("/charts/growth.csv?on=yesterday&as_of=x")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.content.decode().count("Write it as 2020-06-30") == 2
    name = client.get("/charts/countries.svg?on=2021-01-01")["Content-Disposition"]
    assert name == 'attachment; filename="countries-on-2021-01-01.svg"'


@pytest.mark.parametrize("name", ["growth", "activities", "countries", "standards", "facilities"])
def test_a_drawing_stands_by_itself_and_says_where_it_is_from(client, facts, name):
    answer = client.get(f"/charts/{name}.svg")
    drawing = fromstring(answer.content.decode())
    words = " ".join(drawing.itertext())
    assert "testserver, as known on" in words
    assert not [element for element in drawing.iter() if element.tag.endswith(("script", "image", "foreignObject"))]
    assert "'unsafe-inline'" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]


def test_a_picture_is_made_of_the_drawing(client, facts):
    answer = client.get("/charts/standards.png")
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(answer.content[16:20], "big")
    assert width > 2 * DESK


def test_what_a_file_says_cannot_break_out_of_a_drawing(client, scheme):
    hostile = '</text><script>alert(1)</script>"'
    publish(
        EVENT,
        [stated("44444444", activities=[hostile], countries=[hostile], announced_date="2020-01-01")],
        actor=OPERATOR,
    )
    for name in ("activities", "countries"):
        answer = client.get(f"/charts/{name}.svg")
        assert not [element for element in fromstring(answer.content.decode()).iter() if element.tag.endswith("script")]


def test_the_page_of_a_figure_says_its_finding_and_offers_its_files(client, facts):
    """Hillside has 715 000 t in 2014 and 2019, and 89 000 t beside the former."""
    found = said("figure", place="Hillside", period="2019", metric="primary aluminium", value="715000")
    answer = client.get(address("figure", found["id"]))
    told = text_of(answer)
    assert "715 000 t in 2019; 14 years have other values too" in told
    rows = read_csv(client.get(f"/charts/figure-{found['id']}.csv"))
    assert {"715000", "89000"} <= {row["value"] for row in rows if row["period"] == "2014"}
    assert client.get("/charts/figure-22222222.csv").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("form", ["csv", "svg", "png"])
def test_the_file_of_a_chart_need_not_be_sent_twice_and_is_asked_for_each_time(client, facts, form):
    answer = client.get(f"/charts/countries.{form}")
    assert answer["Cache-Control"] == "public, no-cache"
    again = client.get(f"/charts/countries.{form}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    other = client.get(f"/charts/countries.{form}?on=2021-06-30", headers={"If-None-Match": answer["ETag"]})
    assert other.status_code == HTTPStatus.OK
