"""Pages of standards: what applies, what changed, which version when, one criterion. Numbers come from the fact files."""

from __future__ import annotations

import csv
import html
import json
import re
from http import HTTPStatus
from io import BytesIO, StringIO
from itertools import pairwise

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from alunite.foundation.accounts.policies import IMPORTER, OPERATOR
from alunite.foundation.importing.actions import import_files
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.queries import latest_payload
from alunite.front.register.tests.test_pages import text_of
from alunite.front.register.tests.world import SAMPLES

SMELTER = "activity=aluminium_smelting&activity=casthouses"
APPLIES, COMPARE, VERSIONS = "/standards/applies/", "/standards/compare/", "/standards/versions/"
# applicability.md: 43 of the 62 criteria apply to this scope, 14 hang on a condition, five are for other activities
PHASED = "activity=casthouses&activity=material_conversion&cycle=first&on=2026-01-01"


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == HTTPStatus.OK, answer.content
    return list(csv.DictReader(StringIO(answer.content.decode())))


def sheet_of(answer) -> dict[str, list[list[str]]]:
    assert answer.status_code == HTTPStatus.OK, answer.content
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def shown_numbers(answer) -> list[str]:
    return re.findall(r'id="criterion-([\d.]+)"', answer.content.decode())


# Reading a version --------------------------------------------------------------------------------------------------


def row_of(page: str, number: str) -> str:
    """What a reader sees in the row of a criterion."""
    row = page[page.index(f'id="criterion-{number}"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", row[: row.index("</tr>")].split(">", 1)[1]).split())


def test_a_row_of_a_standard_says_briefly_what_the_page_of_its_criterion_says_at_length(client, scheme):
    """From ps-3.yaml: 2.4 is published and its text read; 5.2 sets three numbers, none confirmed; 4.2 is for 3 of 8 activities."""
    answer = client.get("/standards/ps-3/")
    page = answer.content.decode()
    assert len(shown_numbers(answer)) == 62
    sourcing, smelter, design = (row_of(page, number) for number in ("2.4", "5.2", "4.2"))
    assert "to be published" in sourcing
    assert "looked at again within 5 years" in sourcing
    assert sourcing.endswith("read where: general knowledge"), "where it applies is known less well than its text"
    assert "sets 3 numbers not confirmed, never used to decide" in smelter
    assert "Aluminium Smelting sets" in smelter
    assert "3 of 8 activities" in design
    assert design.endswith("its title and where: general knowledge")
    assert "11" not in smelter, "the number itself stands on the page of the criterion"
    whole = text_of(client.get("/standards/ps-3/5.2/"))
    assert "below 11" in whole
    assert "13.0" in whole
    assert "Suspension or curtailment" in row_of(page, "2.8"), "a condition is named"


@pytest.mark.parametrize("path", ["/standards/", "/standards/ps-3/", COMPARE])
def test_a_mapping_goes_by_the_words_of_the_language_of_the_page(client, scheme, path):
    assert "Performance Standard, V2 2017 to V3 2022" in text_of(client.get(path))
    told = text_of(client.get(f"/fr{path}"))
    assert "Norme de performance, V2 2017 vers V3 2022" in told
    assert "V2 2017 to" not in told


# What applies -------------------------------------------------------------------------------------------------------


def test_the_title_says_how_many_criteria_apply_and_each_row_says_why(client, scheme):
    """The picture of the page: 57 of 62 for a smelter with a casthouse, 14 of them on condition, 4.2, 4.4, 6.6, 8.5, 8.7 not."""
    answer = client.get(f"{APPLIES}?{SMELTER}")
    text = text_of(answer)
    assert "57 of 62 criteria apply to Aluminium Smelting and Casthouses, 14 of them only on condition" in text
    assert len(shown_numbers(answer)) == 62
    page = answer.context["page"]
    assert {str(kind): n for kind, n in page.counts.items()} == {
        "applies": 43, "depends": 14, "not_known": 0, "does_not_apply": 5,
    }  # fmt: skip
    told = {item.number: item for part in page.parts for item in part.criteria}
    assert [number for number, item in told.items() if item.word == "Does not apply"] == [
        "4.2",
        "4.4",
        "6.6",
        "8.5",
        "8.7",
    ]
    assert told["5.2"].why.text == "Aluminium Smelting is named"
    assert told["6.6"].why.text == "Only Alumina Refining"
    assert told["6.4"].why.text == "When: Material spill"
    # performance-standard-v3.yaml: the cover of 6.6 was read at a third party, of 1.1 it is general knowledge
    assert (told["1.1"].why.text, told["1.1"].why.trust_word) == ("Every activity", "general knowledge")
    # Two numbers of 5.2 and one of its routes are not confirmed; 5.2 and 5.3 changed places
    assert "5.2 has 3 numbers we do not use" in text
    assert "5.2 was GHG Emissions Reductions, now 5.3; 5.3 was Aluminium Smelting, now 5.2" in text


def test_the_page_answers_as_programs_are_answered(client, scheme):
    page = client.get(f"{APPLIES}?{PHASED}&trigger=material_spill&member_class=industrial_users")
    answer = client.get(html.unescape(page.context["files"]["json"]))
    told = {one["number"]: one["answer"] for one in json.loads(answer.content)["criteria"]}
    assert {item.number: str(item.answer) for part in page.context["page"].parts for item in part.criteria} == told
    assert {one["number"]: one["answer"] for one in rows_of(client.get(page.context["files"]["csv"]))} == told
    assert list(told.values()).count("depends") == 13, "14, but for the one whose condition is given"


def test_page_and_programs_judge_an_activity_under_the_name_it_is_certified_by(client, scheme):
    """Asked by the raw activity, not by what the page made of it: 45 criteria, 20 bind, 16 on condition, 9 do not."""
    asked = "standard=coc-2&activity=semi_fabrication&on=2026-01-01"
    body = json.loads(client.get(f"{reverse('get_applicability')}?{asked}").content)
    told = {one["number"]: one["answer"] for one in body["criteria"]}
    page = client.get(f"{APPLIES}?{asked}").context["page"]
    assert {item.number: str(item.answer) for part in page.parts for item in part.criteria} == told
    # chain-of-custody-v2.yaml, of post-casthouse: 36 of 45 bind
    assert sum(answer in {"applies", "depends"} for answer in told.values()) == 36
    (why,) = [one for one in body["criteria"][0]["reasons"] if one["rule"] == "certified_as"]
    assert why["text"] == "Under this standard Semi-Fabrication is certified as Post-casthouse."
    assert (why["values"], why["trust"]) == ({"activities": ["semi_fabrication"], "as": "post_casthouse"}, "read")
    sheet = client.get(f"{reverse('applies_csv')}?{asked}").content.decode()
    assert sheet.count("Semi-Fabrication is certified as Post-casthouse") == 45


@pytest.mark.parametrize(
    ("query", "title", "why"),
    [
        # applicability.md: alone and in the first cycle 21 criteria bind, 5 of them on condition; from 19 May 2027 on 56
        ("activity=material_conversion&cycle=first&on=2026-01-01", "21 of 62", "Freed before 19 May 2027: only principles 1 to 4 bind"),
        ("activity=material_conversion&cycle=first&on=2027-05-19", "56 of 62", "The relief for Material Conversion ended on 19 May 2027"),
        ("activity=hpa", "0 of 62", "Its source says nothing of High Purity Alumina Production"),
        # chain-of-custody-v2.yaml, section 6 and 10: of post-casthouse 36 of 45 bind, sections 2, 7, 9 and 11 on condition
        ("standard=coc-2&activity=semi_fabrication", "36 of 45", "Semi-Fabrication is certified as Post-casthouse here"),
        ("standard=ps-3&on=2022-05-18&activity=casthouses", "0 of 62", "Not published until 19 May 2022"),
        (f"standard=ps-3&{SMELTER}&trigger=material_spill", "57 of 62", "Given: Material spill"),
        # Under V2 the relief needs the whole scope
        ("standard=ps-2&activity=material_conversion", "", "Hangs on the class of the member: Industrial Users would be freed"),
        (f"standard=ps-2&activity=material_conversion&{SMELTER}", "", "The relief for Material Conversion needs the whole scope; Aluminium Smelting and Casthouses stands in it too"),
    ],
)  # fmt: skip
def test_an_answer_follows_from_the_whole_question(client, scheme, query, title, why):
    text = text_of(client.get(f"{APPLIES}?{query}"))
    assert title in text
    assert why in text


@pytest.mark.parametrize(
    ("query", "version", "by_date"),
    [
        ("", "Performance Standard V3 2022", True),
        ("on=2021-06-30", "Performance Standard V2 2017", True),
        ("on=2022-05-25", "Performance Standard V2 2017", True),  # pages differ on whether V3 could be chosen
        ("on=2022-06-01", "Performance Standard V3 2022", True),
        ("standard=coc", "Chain of Custody V2 2022", True),
        ("standard=coc&on=2021-01-01", "Chain of Custody V2 2022", True),  # of V1 no criteria are held
        ("standard=ps-2", "Performance Standard V2 2017", False),
    ],
)
def test_the_version_follows_from_the_day_or_is_chosen(client, scheme, query, version, by_date):
    answer = client.get(f"{APPLIES}?activity=casthouses&{query}")
    assert answer.context["asked"].version == version
    assert bool(answer.context["asked"].by_date) is by_date


def test_all_that_is_wrong_with_a_question_is_told_at_once_and_nothing_is_looked_up(client, scheme):
    query = "standard=x&activity=y&on=2026-13-01&cycle=third&trigger=q&show=z&member_class=w&as_of=2999-01-01"
    answer = client.get(f"{APPLIES}?{query}&activity=casthouses")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert set(answer.context["form"].errors) == {
        "standard", "activity", "on", "cycle", "trigger", "show", "member_class", "as_of",
    }  # fmt: skip
    text = text_of(answer)
    assert "8 entries could not be read. Nothing was looked up." in text
    for word in ("“x”", "“y”", "“2026-13-01”", "“third”", "“q”", "“w”", "“z”"):
        assert word in text
    assert shown_numbers(answer) == []
    assert 'value="casthouses"\n' in answer.content.decode() or "checked" in answer.content.decode(), "ticks stay"
    for file in ("csv", "xlsx"):
        refused = client.get(f"/standards/applies.{file}?{query}")
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert len(refused.json()["faults"]) == 8


def test_what_is_shown_can_be_narrowed_and_the_rest_of_the_address_stays(client, scheme):
    answer = client.get(f"{APPLIES}?{PHASED}&show=depends")
    assert len(shown_numbers(answer)) == 14
    assert "57 of 62" in text_of(answer), "the finding is that of the whole standard"
    links = {choice.text: choice.url for choice in answer.context["page"].choices}
    assert len(shown_numbers(client.get(APPLIES + links["the 5 that do not apply"]))) == 5
    assert "cycle=first" in links["all 62"]
    assert len(rows_of(client.get(answer.context["files"]["csv"]))) == 14


def test_conditions_of_another_version_are_left_out_and_named(client, scheme):
    """Material spill is a condition of Performance Standard V3; V2 has none of that name."""
    asked = f"standard=ps-2&{SMELTER}&trigger=material_spill"
    answer = client.get(f"{APPLIES}?{asked}")
    assert answer.status_code == HTTPStatus.OK
    assert "no such condition: Material spill" in text_of(answer)
    assert "trigger" not in answer.context["files"]["csv"] + answer.context["files"]["json"]
    part = client.get(f"{APPLIES}?{asked}&show=", headers={"HX-Request": "true"})
    assert "trigger" not in part["HX-Push-Url"]
    assert "trigger" in client.get(f"{APPLIES}?{asked}&trigger=q").context["form"].errors, "which no version has"
    assert client.get(f"/standards/applies.csv?{asked}").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_htmx_gets_the_part_that_a_reader_without_it_gets_with_the_page(client, scheme):
    whole = client.get(f"{APPLIES}?{SMELTER}").content.decode()
    part = client.get(f"{APPLIES}?{SMELTER}", headers={"HX-Request": "true"})
    explorer = part.content.decode()
    assert "<html" not in explorer
    assert "HX-Request" in part["Vary"]
    told = explorer.index('<div id="explorer">')
    assert explorer[told:].strip() in whole
    assert "57 of 62 criteria" in explorer[:told], "said aloud"
    assert "/fr/standards/applies/?activity=" in explorer[:told], "the link to the other language says what is asked"
    back = client.get(APPLIES, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in back.content.decode(), "a whole page, for who goes back"
    at_fault = client.get(f"{APPLIES}?cycle=third", headers={"HX-Request": "true"})
    assert at_fault.status_code == HTTPStatus.BAD_REQUEST, "as the whole page; `site.js` shows both"
    assert "One entry could not be read" in text_of(at_fault)


def test_the_workbook_holds_the_same_as_text_that_no_spreadsheet_runs(client, scheme):
    payload = latest_payload("standard_version", "ps-3")
    first = payload["standard"]["sections"][0]["principles"][0]["criteria"][0]
    first["title"] = '=HYPERLINK("https://example.org")'
    publish("standard_version", [ToPublish("ps-3", payload)], actor=OPERATOR)
    sheets = sheet_of(client.get(f"/standards/applies.xlsx?{SMELTER}"))
    heads, *rows = sheets["Criteria"]
    assert heads[:3] == ["Criterion", "Title", "In our words"]
    assert len(rows) == 62
    assert rows[0][1] == '\'=HYPERLINK("https://example.org")'
    told = {row[0]: row for row in rows}
    assert "2.10" in told, "a number of a criterion, not a number"
    assert told["6.4"][4:7] == ["On condition", "Aluminium Smelting and Casthouses", "When: Material spill"]
    about = dict(sheets["Question"])
    assert (about["Certification cycle under this version"], about["Conditions that are given"]) == (
        "a later one",
        "none",
    )
    assert about["Standard"] == "Performance Standard V3 2022"
    assert about["Activities"] == "Aluminium Smelting and Casthouses"
    assert about["Address"].endswith(f"{APPLIES}?{SMELTER}")
    [of_file, *_rest] = rows_of(client.get(f"/standards/applies.csv?{SMELTER}"))
    assert of_file["title"].startswith("'=")
    assert (of_file["trust"], of_file["trust_in_words"]) == ("known", told["1.1"][7]), "an id, and the word of the page"


def test_on_paper_the_choices_stand_in_a_line_instead_of_the_form(client, scheme):
    page = client.get(f"{APPLIES}?{PHASED}&trigger=material_spill").content.decode()
    line = page[page.index('class="small paper"') :]
    told = " ".join(re.sub(r"<[^>]+>", "", line[line.index(">") + 1 : line.index("</p>")]).split())
    assert "Activities: Casthouses and Material Conversion ·" in told
    assert "On the day: 1 Jan 2026 ·" in told
    assert told.endswith(
        "Certification cycle under this version: the first · Conditions that are given: Material spill"
    )


# What changed -------------------------------------------------------------------------------------------------------


def test_two_versions_side_by_side_count_what_the_fact_file_lists(client, scheme):
    answer = client.get(COMPARE)
    text, page = text_of(answer), answer.context["page"]
    # transition-v2-v3.yaml: 22 kept, 4 renumbered alone, 5 new of 62; 61 links, 13 "verified"
    assert "From V2 2017 to V3 2022: 22 criteria hardly change, 4 only move, 31 change, 5 are new" in text
    assert "13 of 61 links seen in a public source." in text
    assert (page.before.count, page.after.count, len(page.links)) == (59, 62, 61)
    rows = rows_of(client.get("/standards/compare.csv"))
    assert len(rows) == 61
    assert [row for row in rows if row["relation"] == "new"][1] == {
        "relation": "new", "before": "", "before_titles": "", "after": "5.4", "after_titles": "GHG Emissions Management",
        "draws_on": "5.2;5.3", "change": "Management systems and controls gathered in a new criterion.",
        "trust": "known", "origin": "ours", "sources": "",
    }  # fmt: skip
    new = client.get(f"{COMPARE}?kind=new")
    assert [link.after[0].number for link in new.context["page"].links] == ["2.8", "5.4", "8.3", "8.6", "10.9"]
    assert "31 change" in text_of(new), "the finding is that of the whole mapping"
    assert len(rows_of(client.get("/standards/compare.csv?kind=moved"))) == 4
    wrong = client.get(f"{COMPARE}?mapping=x&kind=odd&on=soon")
    assert wrong.status_code == HTTPStatus.BAD_REQUEST
    assert "3 entries could not be read" in text_of(wrong)


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_the_picture_joins_every_pair_of_the_mapping_within_its_frame(client, scheme, form):
    page = client.get(COMPARE).context["page"]
    picture = getattr(page, form)
    assert len(picture.squares) == 59 + 62
    assert len({(square.x, square.y) for square in picture.squares}) == 59 + 62
    assert all(0 <= square.x <= picture.width - square.size for square in picture.squares)
    assert all(0 <= square.y <= picture.height - square.size for square in picture.squares)
    pairs = [len(link.before) * len(link.after) + len(link.draws_on) * len(link.after) for link in page.links]
    assert (
        len(picture.curves) == sum(pairs) == 61 + 2 + 1 + 1 - 5 + 2
    )  # merged 2+1 more, split 1 more, new none but drawn on 2
    new = [label for label in picture.named if label.is_new]
    assert sorted(label.text.split()[0] for label in new) == ["10.9", "2.8", "5.4", "8.3", "8.6"]
    # No name lies upon another
    lines: dict[float, list[tuple[float, float]]] = {}
    for label in new:
        width = len(label.text) * 6
        lines.setdefault(label.y, []).append(
            (label.x, label.x + width) if label.anchor == "start" else (label.x - width, label.x)
        )
    for spans in lines.values():
        spans.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_without_a_mapping_the_page_says_so(client, scheme):
    publish("standard_mapping", [ToPublish("ps-2-to-ps-3", None, "superseded")], actor=OPERATOR)
    answer = client.get(COMPARE)
    assert answer.status_code == HTTPStatus.OK
    assert "No mapping between two versions is held here." in text_of(answer)
    assert client.get("/standards/compare.csv").status_code == HTTPStatus.NOT_FOUND
    assert client.get("/standards/ps-3/5.2/").status_code == HTTPStatus.OK
    assert "57 of 62" in text_of(client.get(f"{APPLIES}?{SMELTER}"))


# Which version when -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "finding"),
    [
        ("2017-01-01", "On 1 Jan 2017 no version had been published"),
        ("2022-05-18", "On 18 May 2022 V2 2017 is the one to use"),
        ("2022-05-25", "On 25 May 2022 V2 2017 may be used; of V3 2022 pages say different things or nothing"),
        ("2022-06-01", "On 1 Jun 2022 V2 2017 or V3 2022 may be used"),
        ("2023-06-01", "On 1 Jun 2023 V3 2022 is the one to use"),
    ],
)
def test_a_day_says_which_version_may_be_used_and_why(client, scheme, day, finding):
    text = text_of(client.get(f"{VERSIONS}?on={day}"))
    assert finding in text
    assert f"{finding}." in text_of(client.get(f"/standards/?on={day}"))


def test_days_that_pages_disagree_on_stand_side_by_side_with_their_pages(client, scheme):
    answer = client.get(VERSIONS)
    family = answer.context["families"][0]
    differ = [(item.start, item.note, item.trusted) for item in family.dates if item.is_disputed]
    # transition-v2-v3.yaml U02, the scheme's own help desk, against assurance.yaml S39, an audit firm
    assert differ == [("2022-05-19", "read at ASI", True), ("2022-06-01", "reported by gut-cert.de", False)]
    required = next(item for item in family.dates if item.start == "2023-06-01")
    assert (required.is_disputed, required.note) == (False, "read at ASI")
    assert [item.start for item in family.dates] == sorted(item.start for item in family.dates)
    for piece in (piece for bar in family.bars for piece in bar.pieces):
        assert 0 <= piece.x <= piece.x + piece.width <= 1000
    kinds = [[piece.kind for piece in bar.pieces] for bar in family.bars]
    assert kinds == [["open", "runs"], ["disputed", "open"]]


# Reading ------------------------------------------------------------------------------------------------------------


def test_every_criterion_has_its_page_and_leads_to_the_next(client, scheme):
    address, seen = "/standards/coc-2/1.1/", []
    while address:
        answer = client.get(address)
        assert answer.status_code == HTTPStatus.OK, address
        seen.append(answer.context["criterion"]["number"])
        after = answer.context["after"]
        assert (answer.context["before"].number if len(seen) > 1 else None) == (seen[-2] if len(seen) > 1 else None)
        address = after.url if after else ""
    assert len(seen) == 45
    assert seen[0] == "1.1"
    assert seen[-1] == "11.2"


def test_a_criterion_says_what_it_was_and_what_became_of_it(client, scheme):
    now = client.get("/standards/ps-3/5.2/")
    (link,) = now.context["mapped"]
    assert (link.is_back, link.version, [one.number for one in link.link.before]) == (True, "V2 2017", ["5.3"])
    assert "From 8 t on scope 1 and 2 to mine-to-metal levels" in text_of(now)
    then = client.get("/standards/ps-2/5.3/")
    assert [(one.is_back, one.link.word, one.link.after[0].number) for one in then.context["mapped"]] == [
        (False, "Asks more", "5.2"),
        (False, "New", "5.4"),
    ]
    assert "Not there." in text_of(client.get("/standards/ps-3/8.3/"))
    text = text_of(client.get("/standards/ps-3/2.4/"))
    # performance-standard-v3.yaml: disclosure of 2.4 "responsible sourcing policy", verified
    assert "To be published Responsible sourcing policy read" in text
    for address in (
        "/standards/ps-3/5.99/",
        "/standards/ps-99/5.2/",
        "/standards/coc-1/1.1/",
        "/standards/ps-3/5.2.a/",
    ):
        assert client.get(address).status_code == HTTPStatus.NOT_FOUND


def test_a_criterion_shows_what_was_announced_of_it_under_its_version_alone(client, scheme):
    files = [(kind, SAMPLES / f"{kind}.csv") for kind in ("members", "certificates", "audits", "findings")]
    assert not import_files(files, actor=IMPORTER).faults
    # findings.csv: F026 names 4.1a under V3 2022, F032 4.1b-c under V3.1 2023; F003 is a sum over 8.1 of V2 2017
    found = client.get("/standards/ps-3/4.1/")
    assert {item.finding.where for item in found.context["found"]} == {"4.1a", "4.1b-c"}
    assert "CITIC Dicastal" in text_of(found)
    assert client.get("/standards/ps-2/4.1/").context["found"] == []
    (sums,) = client.get("/standards/ps-2/8.1/").context["sums"]
    assert (sums.whom, [one.where for one in sums.findings]) == ("all current certificates", ["8.1"])
    assert client.get("/standards/ps-3/8.1/").context["sums"] == []


def test_a_version_of_which_sections_alone_are_known_shows_them_and_says_so(client, scheme):
    text = text_of(client.get("/standards/coc-1/"))
    assert "The criteria of this version are not held here." in text
    assert "Its 12 sections, by title alone" in text
    assert "11 Market credits system" in text
    assert "45 criteria" in text_of(client.get("/standards/coc-2/"))
    assert "11 sections" in text_of(client.get("/standards/coc-2/"))


def test_before_anything_was_published_every_page_says_so(client, scheme):
    day = "2001-01-01"
    for path in ("/standards/", APPLIES, COMPARE, VERSIONS):
        answer = client.get(f"{path}?as_of={day}")
        assert answer.status_code == HTTPStatus.OK, path
        assert "nothing" in text_of(answer).casefold(), path
    assert client.get(f"/standards/ps-3/5.2/?as_of={day}").status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"/standards/applies.csv?{SMELTER}&as_of={day}").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.django_db
def test_without_a_scheme_every_page_says_so(client):
    for path in ("/standards/", APPLIES, COMPARE, VERSIONS):
        assert client.get(path).status_code == HTTPStatus.OK, path
