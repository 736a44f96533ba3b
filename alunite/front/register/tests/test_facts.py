"""Audits, facilities and figures as pages show them: what real rows say, side by side, and why one is used.

Expected values are rows of `samples/`, quoted beside each test.
"""

from __future__ import annotations

import html
import re
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.queries import latest_payload
from alunite.front.register import named
from alunite.front.register.models import NOW, Record
from alunite.front.register.present.chart import Dot, chart
from alunite.front.register.queries import PAGE_LENGTH
from alunite.front.register.tests.world import address, said, shown
from tests.decided import redact_by

LISTS = ("/members/", "/firms/", "/facilities/", "/figures/")
MOST_QUERIES = 8


def text_of(answer) -> str:
    """What a reader sees: words without marks, with plain single spaces."""
    without = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", without)).replace("\u202f", " ").split())


def section(answer, name: str) -> str:
    """What a reader sees of one section."""
    content = answer.content.decode()
    start = content.index(f'id="{name}"')
    answer.content = content[content.rindex("<", 0, start) : content.index("</section>", start)].encode()
    return text_of(answer)


def page_of(client, kind: str, **has: Any):
    return client.get(address(kind, said(kind, **has)["id"]))


# Audits -------------------------------------------------------------------------------------------------------------


def test_a_list_that_was_cut_off_says_so(client, facts):
    """A079 has nc_minor 8; F015 is its only finding: 2.3b, principle 2, minor."""
    told = section(page_of(client, "certification_event", record_id="C176"), "audits")
    assert "Minor non-conformances 8" in told
    assert "Major non-conformances ? not published" in told
    assert "2.3b 2 Policy and management Minor Non-Conformance" in told
    assert "List cut off: 8 were counted, and 1 of them can be named here." in told
    assert "Next audit ? not published" in told


def test_groups_of_criteria_stand_as_printed_and_a_whole_list_is_not_called_cut(client, facts):
    """A122 has nc_minor 8, and its rows F023 to F030 name eight criteria or groups."""
    told = section(page_of(client, "certification_event", record_id="C240"), "audits")
    for group in ("1.1", "2.1a-f", "2.4a-e", "4.1a", "5.1a-b", "5.3a-e", "6.1a-f", "10.8a-c"):
        assert f" {group} " in told
    assert "cut off" not in told


def test_an_audit_without_any_non_conformance_is_told_as_its_source_does(client, facts):
    """A099 says 0 and 0, F020 “all applicable” and “No non-conformance”."""
    told = section(page_of(client, "certification_event", record_id="C204"), "audits")
    assert "Major non-conformances 0" in told
    assert "Minor non-conformances 0" in told
    assert "All applicable criteria none named No non-conformance" in told
    assert "stated for the audit as a whole" in told


def test_a_count_without_criteria_says_that_none_can_be_named(client, facts):
    """A083 has nc_minor 7, no finding, and the note of a transitional audit against principles 1-4."""
    told = section(page_of(client, "certification_event", record_id="C183"), "audits")
    assert "7 were counted; which criteria they were is not published here." in told
    assert "transitional audit against principles 1-4" in told


def test_zero_majors_are_not_zero_minors(client, facts):
    """A078 has nc_major 0 and an empty nc_minor."""
    told = section(page_of(client, "certification_event", record_id="C175"), "audits")
    assert "Major non-conformances 0" in told
    assert "Minor non-conformances ? not published" in told


def test_a_certificate_tells_of_the_audits_of_its_events(client, facts):
    """A001 names C001, whose certificate has the number 56: DNV GL, 14 to 18 October 2019, report of 14 November."""
    told = section(page_of(client, "certificate", certificate_number="56"), "audits")
    assert "DNV GL" in told
    assert "14 Oct 2019 – 18 Oct 2019" in told
    assert "Report of 14 Nov 2019" in told
    assert "Outcome Certification" in told
    assert "Major non-conformances ? not published" in told


def test_what_audits_tell_is_not_called_unknown_below(client, facts):
    counted = text_of(page_of(client, "certification_event", record_id="C204"))
    assert "Ratings and non-conformances" not in counted
    silent = text_of(page_of(client, "certificate", certificate_number="56"))
    assert (
        "Ratings and non-conformances ? What could be read does not tell: summary audit report (first page)." in silent
    )


def test_a_record_without_an_audit_does_not_say_that_there_was_none(client, take_up):
    take_up({"record_id": "R1"})
    told = section(page_of(client, "certification_event", record_id="R1"), "audits")
    assert "That does not mean that there was none." in told


def test_a_member_and_a_firm_show_audits_that_name_them(client, facts):
    """A075 and A076 name no certificate; A076 is of CBA."""
    member = section(page_of(client, "member", name="Companhia Brasileira de Alumínio (CBA)"), "audits")
    assert "Surveillance audit, CBA CoC scope" in member
    assert "Outcome Certificate maintained" in member
    firm = section(page_of(client, "firm", name="DNV GL"), "audits")
    assert "Aludium Alicante Facility" in firm


def test_sums_over_many_audits_stand_on_the_page_of_their_version(client, facts):
    """F007: principle 2, 31 non-conformances 2018-01/2022-06. F003: 8.1, May 2021, no count."""
    answer = client.get("/standards/ps-2/")
    told = section(answer, "sums")
    assert "2 Policy and management Non-conformance (major and minor) closed share 90% 31" in told
    assert "Jan 2018 – Jun 2022" in told
    assert (
        "8.1 8 Biodiversity Major Non-Conformance one of three majors among 7294 rated criteria ? not published" in told
    )
    assert "May 2021" in told
    assert 'id="sums"' not in client.get("/standards/ps-3/").content.decode()


# Figures ------------------------------------------------------------------------------------------------------------


def values(client, **has: Any) -> tuple[str, str]:
    """What the page of a figure says of values, and all of it."""
    answer = page_of(client, "figure", **has)
    whole = text_of(answer)
    return section(answer, "values"), whole


@pytest.mark.parametrize(
    ("year", "used", "other"), [("2011", "259 000 000", "248 500 000"), ("2017", "308 000 000", "300 000 000")]
)
def test_two_values_for_the_world_stand_side_by_side(client, facts, year, used, other):
    """2011: 248.5 Mt in a compilation, 259 Mt in the yearbook. 2017: 300 Mt estimated in a list, 308 Mt in the yearbook."""
    told, whole = values(client, level="world", metric="bauxite", measure="Production", period=year, is_used=True)
    assert f"2 values are published for it; pages here use {used} t" in whole
    assert f"{used} t" in told
    assert f"{other} t" in told
    assert f"goes before a compilation of such figures: {used} before {other}." in told


def test_values_of_hillside_are_not_decided(client, facts):
    """Hillside, 2014: 715000 and 89000 t, both from one report."""
    told, whole = values(client, place="Hillside", period="2014", is_used=True)
    assert "nothing here tells which is meant; 715 000 t is shown first" in whole
    assert "89 000 t" in told
    assert "Why this one is shown first" in told
    assert "Why this one is used" not in whole


def test_members_of_a_year_name_their_cut_off(client, facts):
    """2021: 161 on 23 March, 200 in November."""
    told, whole = values(client, metric="members", period="2021", is_used=True)
    assert "200 Nov 2021" in told
    assert "161 23 Mar 2021" in told
    assert "The latest cut-off goes before earlier ones: 200 before 161." in told
    assert "2022 251 206" in whole, "the series shows other years with what is published beside"


def test_audits_of_a_year_keep_the_words_of_their_sources(client, facts):
    """2021: 117 “audit reports submitted” by 13 December, 121 “audits conducted” in the review of the year."""
    told, _whole = values(client, indicator="audits", period="2021", is_used=True)
    assert "121" in told
    assert "117 13 Dec 2021" in told
    assert "In the words of its source: audit reports submitted" in told


def test_counts_under_similar_names_stand_on_one_page_with_why_they_are_not_compared(client, facts):
    """2021: 58 “new members” in one page, “more than 60” “member applications” in another; 200 members in November."""
    for metric, other in (
        ("new members", "Member applications 60 13 Dec 2021 aluminium-stewardship.org"),
        ("member applications", "New members 58 ? not published aluminium-stewardship.org"),
    ):
        answer = page_of(client, "figure", metric=metric, period="2021")
        told = section(answer, "alike")
        assert other in told
        assert "Members 200 Nov 2021" in told
        assert "Their sources count something else, by their own words." in told
        assert "All figures of the programme for 2021" in told
    listed = text_of(client.get("/figures/?level=programme&period=2021"))
    assert re.search(r"New members, 2021 the programme as a whole 2021 58 none", listed)
    assert re.search(r"Member applications, 2021 the programme as a whole 2021 60 until 13 Dec 2021 none", listed)


def test_emissions_are_compared_only_within_one_boundary(client, facts):
    """Alcoa 2021: direct emissions within scope 1; what is counted otherwise is another figure."""
    for item in Record.objects.filter(NOW, kind="figure", payload__row_kind="ghg"):
        payload = item.payload or {}
        answer = client.get(address("figure", item.subject))
        told = section(answer, "values")
        assert "Boundary" in told
        if payload["boundary"] != "unknown":
            assert f"Counted within: {payload['boundary']}." in told
        others = set(re.findall(r"Boundary: (.*?) (?:reported|read)", told))
        assert len(others) <= 1


def test_every_page_of_a_figure_shows_the_same_values(client, facts):
    used = said("figure", metric="members", period="2021", is_used=True)
    other = said("figure", metric="members", period="2021", is_used=False)
    for item in (used, other):
        told = section(client.get(address("figure", item["id"])), "values")
        assert "200 Nov 2021" in told
        assert "161 23 Mar 2021" in told


def test_a_redacted_value_is_shown_on_no_page(client, facts):
    other = said("figure", metric="members", period="2021", is_used=False)
    there = address("figure", other["id"])
    redact_by("D-1", [shown("figure", other["id"]).publication])
    assert client.get(there).status_code == HTTPStatus.GONE
    told, whole = values(client, metric="members", period="2021", is_used=True)
    assert "161" not in told
    assert "2021 200 –" in whole


def test_a_chart_joins_years_that_follow_each_other_only():
    drawn = chart([Dot(2015, 13, True), Dot(2017, 46, True), Dot(2018, 60, True), Dot(2018, 55, False)], "")
    assert drawn is not None
    assert len(drawn.points) == 4
    assert [(run.x1, run.x2) for run in drawn.runs] == [(drawn.years[2].x, drawn.years[3].x)]
    assert [level.label for level in drawn.levels] == ["0", "20", "40", "60"]
    assert drawn.others == 1


@pytest.mark.parametrize("values", [(0, 0, 0), (-5, 0, 3), (0.00001, 1, 2), (1e12, 2e12, 3e12), (-3, -2, -1)])
def test_any_series_can_be_drawn(values):
    drawn = chart([Dot(2000 + place, value, True) for place, value in enumerate(values)], "t")
    assert drawn is not None
    assert all(0 <= point.y <= drawn.height for point in drawn.points)


# Facilities ---------------------------------------------------------------------------------------------------------


def test_a_facility_shows_what_its_source_says_with_the_year(client, facts):
    """S001: owner Rusal Plc. (85%) stated for 2019, capacity 24000 for 2019, from 1997, latitude 4.57229."""
    told = text_of(page_of(client, "facility", record_id="S001"))
    assert "Owners Rusal Plc. (85 %) stated for 2019" in told
    assert re.search(r"24 000 t a.year Aluminium 2019 [^|]* row S001 used", told)
    assert "Latitude, longitude 4.57229, 7.583047" in told
    assert "Operator ? not published" in told
    assert "First year of operation 1997" in told


def test_capacities_of_one_place_in_two_lists_stand_side_by_side(client, facts):
    """Alba: 881000 t a year in one list (S207), 1540000 in a newer one (S215); joined by a person, nothing decides."""
    alba, newer = said("facility", record_id="S207"), said("facility", record_id="S215")
    why = {
        "rule": "capacity.undecided",
        "text": "Nothing here tells which of these is meant.",
        "values": {"values": ["1540000", "881000"]},
        "trust": "design",
        "origin": "ours",
        "source": "",
    }
    both = [
        {**newer["capacities"][0], "is_used": True, "reasons": [why]},
        {**alba["capacities"][0], "is_used": False, "reasons": [why]},
    ]
    publish("facility", [ToPublish(alba["id"], {**alba, "capacities": both})], actor=OPERATOR)
    told = section(page_of(client, "facility", record_id="S207"), "capacity")
    assert re.search(r"1 540 000 t a.year primary aluminium \? not published row S215 shown first", told)
    assert re.search(
        r"881 000 t a.year primary aluminium \? not published it.frwiki.wiki [^|]* row S207 beside it", told
    )
    assert "Why this one is shown first" in told


def test_an_activity_the_scheme_does_not_know_is_shown_as_printed(client, facts):
    """One row has the activity “Nepheline Mining”."""
    strange = next(
        item.subject
        for item in Record.objects.filter(NOW, kind="facility")
        if any(activity["activity_printed"] == "Nepheline Mining" for activity in (item.payload or {})["activities"])
    )
    told = text_of(client.get(address("facility", strange)))
    assert "printed as “Nepheline Mining” none of the scheme’s activities" in told


# Lists --------------------------------------------------------------------------------------------------------------


def test_facilities_without_coordinates_are_counted(client, facts):
    """253 rows, of which 88 have no latitude."""
    told = text_of(client.get("/facilities/"))
    assert "253 facilities" in told
    assert "88 of them have no published coordinates." in told
    assert "88 facilities" in text_of(client.get("/facilities/?placed=no"))


@pytest.mark.parametrize("path", LISTS)
def test_every_record_is_listed_once_over_all_pages(client, facts, path):
    found: list[str] = []
    at = path
    while at:
        content = client.get(at).content.decode()
        found += re.findall(rf'<th scope="row".*?href="({path}[^"?]+)"', content, flags=re.DOTALL)
        following = re.search(r'href="(\?[^"]*after=[^"]*)"', content)
        at = path + html.unescape(following.group(1)) if following else ""
    kind = {"/members/": "member", "/firms/": "firm", "/facilities/": "facility", "/figures/": "figure"}[path]
    expected = Record.objects.filter(NOW, kind=kind, withdrawal="")
    if kind == "figure":
        expected = expected.filter(payload__is_used=True)
    assert len(found) == len(set(found)) == expected.count()
    assert len(found) > PAGE_LENGTH or kind == "firm"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("/facilities/?q=alba", {"Alba", "Alba (newer list)"}),
        ("/facilities/?operator=Aluminium+Bahrain", {"Alba", "Alba (newer list)"}),
        ("/facilities/?q=aluminium+bahr", {"Alba", "Alba (newer list)"}),
        ("/members/?q=norsk", {"Norsk Hydro"}),
        ("/figures/?q=attendees", {f"Annual general meeting attendees, {year}" for year in (2021, 2022)}),
        ("/firms/?q=dnv", {"DNV Business Assurance Services UK Ltd", "DNV GL"}),
    ],
)
def test_a_list_is_narrowed_by_words_and_by_what_a_link_names(client, facts, query, names):
    content = client.get(query).content.decode()
    assert {
        html.unescape(name) for name in re.findall(r'<th scope="row"[^>]*>\s*<span>\s*<a [^>]*>([^<]*)</a>', content)
    } == names


def test_a_later_page_is_read_as_the_first_one_though_nobody_has_what_was_chosen_any_more(client, facts):
    """Issue 3, section 2: "new publications do not shift pages"; what a filter offered is part of the page."""
    content = client.get("/facilities/?placed=no").content.decode()
    following = html.unescape(re.search(r'href="(\?[^"]*after=[^"]*)"', content).group(1))  # type: ignore[union-attr]
    before = text_of(client.get(f"/facilities/{following}"))
    gone = Record.objects.filter(NOW, kind="facility", withdrawal="", payload__latitude="unknown")
    publish("facility", [ToPublish(found.subject, None, "statement_corrected") for found in gone], actor=OPERATOR)
    assert "no" not in dict(named.values_of("facility", ["placed"], None, {}).get("placed", []))
    again = client.get(f"/facilities/{following}")
    assert (again.status_code, text_of(again)) == (HTTPStatus.OK, before)


@pytest.mark.parametrize(
    "query",
    [
        *("facilities/?placed=no", "facilities/?country=QA", "facilities/?country=AQ", "members/?activity=unknown"),
        *("map/?country=QA", "map/?country=AQ"),
    ],
)
def test_what_nothing_has_now_but_had_once_or_could_have_is_answered_with_nothing(client, facts, query):
    """No source tells of Antarctica; the facilities of Qatar are taken back here, as are those without a place."""
    for kind in ("facility", "member"):
        gone = Record.objects.filter(NOW, kind=kind, withdrawal="")
        publish(kind, [ToPublish(one.subject, None, "statement_corrected") for one in gone], actor=OPERATOR)
    answer = client.get(f"/{query}")
    assert answer.status_code == HTTPStatus.OK, answer.context["form"].errors
    assert (answer.context["found"] if "found" in answer.context else answer.context["listing"]).count == 0


@pytest.mark.parametrize("query", ["facilities/?placed=maybe", "facilities/?country=XX", "members/?activity=knitting",
                                   "figures/?period=1799", "map/?country=XX", "facilities/?country=%00"])  # fmt: skip
def test_what_nothing_ever_had_is_refused(client, facts, query):
    answer = client.get(f"/{query}")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert len(answer.context["form"].errors) == 1


@pytest.mark.parametrize("path", LISTS)
def test_what_cannot_be_asked_is_said_at_once(client, facts, path):
    answer = client.get(f"{path}?on=yesterday&as_of=2199-01-01&after=x")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    told = text_of(answer)
    assert "“yesterday” is not a day" in told
    assert "is not known yet" in told
    assert "not complete" in told


def test_a_link_to_a_later_page_is_good_for_its_own_list_only(client, facts):
    content = client.get("/facilities/").content.decode()
    following = html.unescape(re.search(r'href="(\?[^"]*after=[^"]*)"', content).group(1))  # type: ignore[union-attr]
    assert client.get(f"/facilities/{following}").status_code == HTTPStatus.OK
    assert client.get(f"/facilities/{following}&country=BH").status_code == HTTPStatus.BAD_REQUEST
    assert client.get(f"/members/{following}").status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_list_says_what_to_do(client, scheme, path):
    told = text_of(client.get(path))
    assert "alunite init --samples" in told
    assert "alunite import" in told


@pytest.mark.parametrize("path", LISTS)
def test_nothing_found_says_what_to_do(client, facts, path):
    told = text_of(client.get(f"{path}?q=zzzz"))
    assert "Nothing here has all of this." in told
    assert "See the whole list" in told


# Clocks -------------------------------------------------------------------------------------------------------------


def test_pages_as_of_a_day_before_anything_was_published_say_so(client, facts):
    for path in LISTS:
        assert "Nothing had been published here by 1 Jan 2020" in text_of(client.get(f"{path}?as_of=2020-01-01"))
    for kind, has in (("facility", {"record_id": "S207"}), ("figure", {"metric": "members", "period": "2015"})):
        answer = client.get(f"{address(kind, said(kind, **has)['id'])}?as_of=2020-01-01")
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "Nothing of this record had been published by 1 Jan 2020" in text_of(answer)


def test_links_keep_both_clocks(client, facts):
    today = timezone.now().astimezone().date().isoformat()
    for path in (*LISTS, address("figure", said("figure", metric="members", period="2015")["id"])):
        content = client.get(f"{path}?on=2020-06-30&as_of={today}").content.decode()
        main = content[content.index("<main") : content.index("</main>")]
        links = [
            html.unescape(link) for link in re.findall(r'href="(/(?:members|firms|facilities|figures)/[^"]+)"', main)
        ]
        kept = [link for link in links if "on=2020-06-30" in link and f"as_of={today}" in link]
        assert kept, path


def test_what_was_withdrawn_is_gone_from_page_and_list(client, facts):
    item = said("facility", record_id="S207")
    there = address("facility", item["id"])
    publish("facility", [ToPublish(item["id"], None, "statement_corrected")], actor=OPERATOR)
    assert client.get(there).status_code == HTTPStatus.GONE
    assert "Alba (newer list)" in text_of(client.get("/facilities/?q=alba"))
    assert there not in client.get("/facilities/?q=alba").content.decode()
    assert "1 facility" in text_of(client.get("/facilities/?q=alba"))


def test_a_merged_facility_leads_to_the_one_that_speaks_for_it(client, facts):
    alba, newer = said("facility", record_id="S207"), said("facility", record_id="S215")
    there = address("facility", newer["id"])
    publish("facility", [ToPublish(newer["id"], None, "merged", alba["id"])], actor=OPERATOR)
    answer = client.get(there)
    assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
    assert answer["Location"] == address("facility", alba["id"])
    told = {name: value for name, value in newer.items() if name != "merged"} | {"name": "Zyxqwvium Works"}
    publish("facility", [ToPublish(alba["id"], alba | {"merged": [told]})], actor=OPERATOR)
    assert "1 facility" in text_of(client.get("/facilities/?q=zyxqwvium"))
    assert address("facility", alba["id"]) in client.get("/facilities/?q=zyxqwvium").content.decode()


# Cost ---------------------------------------------------------------------------------------------------------------


def queries_of(client, path: str) -> int:
    client.get(path)  # the first to ask since a publication lets the process learn of it
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == HTTPStatus.OK
    return len(asked)


def copies(kind: str, subject: str, count: int) -> None:
    payload = latest_payload(kind, subject)
    assert payload is not None
    copied = [f"{place:08}".translate(str.maketrans("01", "xz")) for place in range(count)]
    publish(kind, [ToPublish(name, {**payload, "id": name}) for name in copied], actor=OPERATOR)


def test_pages_ask_the_same_number_of_questions_for_two_records_and_twenty(client, facts):
    figure = said("figure", metric="members", period="2015")
    audit = said("audit", record_id="A001")
    pages = [
        *LISTS,
        address("figure", figure["id"]),
        address("facility", said("facility", record_id="S207")["id"]),
        address("certificate", said("certificate", certificate_number="56")["id"]),
        address("member", audit["members"][0]["id"]),
        address("firm", audit["firm"]["id"]),
        "/standards/ps-2/",
    ]
    before = {page: queries_of(client, page) for page in pages}
    copies("figure", figure["id"], 20)
    copies("audit", audit["id"], 20)
    copies("finding", said("finding", record_id="F003")["id"], 20)
    after = {page: queries_of(client, page) for page in pages}
    assert after == before
    assert max(after.values()) <= MOST_QUERIES, after
    assert len(re.findall(r'class="audit"', client.get(pages[-4]).content.decode())) == 21


def test_a_list_that_takes_one_value_refuses_two(client, facts):
    """The last one won, in silence: /facilities/?country=NO&country=IS listed Iceland alone."""
    answer = client.get("/facilities/?country=NO&country=IS")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "“country” is given more than once here: NO, IS. Give one of them." in text_of(answer)
