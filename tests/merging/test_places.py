"""Facilities of several lists: the pairs a person found are proposed, and merged they show both sources side by side."""

from __future__ import annotations

from html import unescape
from http import HTTPStatus

import pytest
from django.conf import settings
from django.utils import timezone

from alunite.foundation.accounts.policies import IMPORTER, OPERATOR
from alunite.foundation.decisions.acts import beneath
from alunite.foundation.importing.actions import import_files
from alunite.foundation.merging.actions import merge_records, propose_duplicates, undo_merge
from alunite.foundation.merging.models import Proposal
from alunite.foundation.merging.tests.facilities import DOUBTFUL, SAME_PLACE
from alunite.foundation.publications.queries import current_publications, latest_payload, read
from alunite.programme.members.models import Facility
from tests.merging.rows import take_up


@pytest.fixture
def proposed(scheme) -> None:
    """The real rows of facilities, of every origin, taken up and looked through."""
    files = [("facilities", path) for path in sorted((settings.REPOSITORY / "samples").glob("*/facilities.csv"))]
    assert import_files(files, actor=IMPORTER).faults == []
    propose_duplicates(actor=OPERATOR, kinds=["facility"])


def place(record_id: str) -> str:
    return Facility.objects.get(statement__kind="facilities", statement__key=record_id).pk


def pair_of(one: str, other: str) -> Proposal:
    first, second = sorted((place(one), place(other)))
    return Proposal.objects.get(kind="facility", first=first, second=second)


def test_the_pairs_a_person_found_are_proposed_from_what_was_imported(proposed):
    keys = dict(Facility.objects.values_list("pk", "statement__key"))
    found = {tuple(sorted((keys[row.first], keys[row.second]))) for row in Proposal.objects.filter(kind="facility")}
    assert SAME_PLACE - found == set()
    wrong = found - SAME_PLACE - DOUBTFUL
    assert len(found & SAME_PLACE) / len(found - DOUBTFUL) >= 0.5, wrong
    assert wrong == set()


def test_merged_both_capacities_stand_side_by_side_with_which_is_used_and_why(proposed, cast, client):
    """Alba: 881 000 t in one list, 1 540 000 t in a newer one."""
    office, pair = cast.actor("office"), pair_of("S207", "S215")
    before = {key: latest_payload("facility", place(key)) for key in ("S207", "S215")}
    merge_records(pair.pk, survivor=place("S207"), version=1, note="", actor=office)
    shown = latest_payload("facility", place("S207"))
    assert (shown["name"], [other["name"] for other in shown["merged"]]) == ("Alba", ["Alba (newer list)"])
    capacities = {item["record_id"]: (item["tonnes_per_year"], item["is_used"]) for item in shown["capacities"]}
    assert {key: tonnes for key, (tonnes, _) in capacities.items()} == {"S207": "881000", "S215": "1540000"}
    assert sum(used for _, used in capacities.values()) == 1
    assert all(item["reasons"] for item in shown["capacities"])
    assert shown["latitude"] == before["S207"]["latitude"]
    gone = next(item for item in read(current_publications()) if item.subject == place("S215"))
    assert (gone.payload, gone.withdrawal, gone.successor) == (None, "merged", place("S207"))
    answer = client.get(f"/facilities/{place('S215')}/", follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][1] == HTTPStatus.MOVED_PERMANENTLY
    table = page[page.index('id="capacity"') : page.index('id="activities"')]
    for told in ("1\u202f540\u202f000", "881\u202f000", "S207", "S215", "Why this one is shown first"):
        assert told in table, told
    assert all(reason["text"] in unescape(table) for reason in shown["capacities"][0]["reasons"])
    undo_merge(pair.pk, version=2, note="", actor=office)
    assert {key: latest_payload("facility", place(key)) for key in before} == before


def test_three_rows_of_one_place_are_merged_one_after_the_other(proposed, cast):
    office = cast.actor("office")
    merge_records(pair_of("S083", "S188").pk, survivor=place("S083"), version=1, note="", actor=office)
    merge_records(pair_of("S083", "S232").pk, survivor=place("S083"), version=1, note="", actor=office)
    shown = latest_payload("facility", place("S083"))
    assert {other["record_id"] for other in shown["merged"]} == {"S188", "S232"}
    assert shown["operator"] == "Alcoa", "where its own source is silent, another speaks"
    assert len({item["activity"] for item in shown["activities"]}) == len(shown["activities"])


@pytest.mark.parametrize("survivor", ["F1", "F2"])
def test_a_later_row_of_a_merged_place_shows_up_at_the_one_that_speaks(scheme, tmp_path, cast, survivor):
    rows = [{"facility_id": "F1", "activity": "Works"}, {"facility_id": "F2", "activity": "Works"}]
    rows = [row | {"name": "Sandvika", "latitude": "60", "longitude": "10"} for row in rows]
    rows[1]["source_url"] = "https://example.org/other"
    take_up(tmp_path, facilities=rows)
    propose_duplicates(actor=OPERATOR, kinds=["facility"])
    pair, other = pair_of("F1", "F2"), {"F1": "F2", "F2": "F1"}[survivor]
    merge_records(pair.pk, survivor=place(survivor), version=1, note="", actor=cast.actor("office"))
    later = next(row for row in rows if row["facility_id"] == other) | {"capacity_t_per_year": "5000"}
    take_up(tmp_path, facilities=[later])
    assert [item["record_id"] for item in latest_payload("facility", place(survivor))["capacities"]] == [other]
    assert latest_payload("facility", place(other)) is None


def test_whoever_takes_out_a_record_is_told_of_those_that_ever_spoke_for_it(scheme, tmp_path, cast):
    rows = [{"facility_id": key, "activity": "Works", "name": "Sandvika"} for key in ("F1", "F2")]
    take_up(tmp_path, facilities=[row | {"latitude": "60", "longitude": "10"} for row in rows])
    first, second = sorted((place("F1"), place("F2")))
    said = {"score": 60, "reasons": [], "evidence": "", "proposed_at": timezone.now()}
    pair = Proposal.objects.create(kind="facility", first=first, second=second, **said)
    merge_records(pair.pk, survivor=first, version=1, note="", actor=cast.actor("office"))
    undo_merge(pair.pk, version=2, note="", actor=cast.actor("office"))
    assert beneath("facility", [second]).records == [("facility", first)], "what was published of both still stands"
    assert beneath("facility", [first]).records == []
