"""A self assessment as a workbook: written, changed elsewhere, read back, and merged with what was answered meanwhile."""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import string
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alunite.foundation.accounts.actions import end_affiliation
from alunite.foundation.history.models import Entry
from alunite.programme.assessments.actions import AnswerGiven, Faulty, open_assessment, save_answers, values_of
from alunite.programme.assessments.models import Answer, Assessment, SentWorkbook
from alunite.programme.assessments.queries import now
from alunite.programme.assessments.sites.tests.made import make_sites, say_at
from alunite.programme.assessments.tests.made import make_assessment, say
from alunite.programme.assessments.workbook.actions import KEPT_FOR, Moved, receive, remove_old, take_in
from alunite.programme.assessments.workbook.exporting import written
from alunite.programme.assessments.workbook.queries import merged_now, waiting
from alunite.programme.assessments.workbook.rules import Outcome, mark
from alunite.programme.assessments.workbook.tests.sheets import (
    as_an_office_suite_saves_it,
    book,
    cells,
    changed,
    exported,
    place,
    xml_of,
)
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")

EXAMPLES = max(8, int(200 * float(os.environ.get("ALUNITE_SOAK", "0.1"))))
# What has no place in XML, what spreadsheets take for something else, what they change of themselves.
HARD = ["_x0041_", "a\x01b", "a￾b\uffff", "a\r\nb\rc", "  ends ", "=1+1", "+49", "'x", "é😀", "\t", "007", "1.10", "#"]


def sent(cast: Cast, assessment: Assessment, file: io.BytesIO, who: str = "member") -> SentWorkbook | None:
    return receive(assessment, file, "back.xlsx", now(), actor=cast.actor(who))


def saved(
    cast: Cast, waits: SentWorkbook, choices: dict[str, str] | None = None, who: str = "member"
) -> dict[str, Answer]:
    seen = mark(merged_now(waits), waits.sha256)
    return take_in(waits, seen=seen, choices=choices or {}, actor=cast.actor(who))


def outcomes(waits: SentWorkbook) -> dict[str, str]:
    return {one.wish.key: str(one.outcome) for one in merged_now(waits)}


def standing(assessment: Assessment) -> dict[str, dict[str, str]]:
    return {one.number: values_of(one) for one in assessment.answers.all()}


def test_what_comes_back_as_it_went_changes_nothing_whatever_it_holds(cast: Cast):
    found = make_assessment(cast)
    colleague = str(cast.person("colleague").pk)
    numbers = [row[0] for row in exported(cast, found)[2:]]
    for number, text in zip(numbers, HARD, strict=False):
        say(cast, found, number, level="minor_nc", text=text, gap=text * 2, gap_owner=colleague, owner=colleague)
    say(cast, found, "9.1", text="😀" * 20_000, gap="x" * 20_000, gap_due="1887-06-01")
    say(cast, found, "9.2", gap_due="2027-08-31")
    before = standing(found)
    for language in ("en", "fr"):
        with translation.override(language):
            content = written(found, now(), actor=cast.actor("member"))
        for file in (io.BytesIO(content), as_an_office_suite_saves_it(content)):
            assert sent(cast, found, file) is None, language
    assert standing(found) == before


def test_the_sheet_locks_what_cannot_be_changed_and_offers_what_can_be_chosen(cast: Cast):
    found = make_assessment(cast)
    say(cast, found, "5.3", level="minor_nc", text="A plan.", gap_due="2027-08-31")
    content = written(found, now(), actor=cast.actor("member"))
    rows = cells(content)
    assert len(rows) == 2 + 62
    row = dict(zip(rows[0], next(row for row in rows if row[0] == "5.3"), strict=True))
    assert (row["level"], row["text"], row["gap_due"], row["version"]) == (
        *("Minor gap", "A plan.", dt.date(2027, 8, 31)),
        1,
    )
    assert next(row for row in rows if row[0] == "6.6")[rows[0].index("applies")] == "Does not apply"
    sheet = xml_of(content, "xl/worksheets/sheet1.xml")
    assert '<sheetProtection sheet="1"' in sheet
    assert '<dataValidation type="list"' in sheet
    lists = list(zip(*cells(content, 2), strict=True))
    assert [list(filter(None, column)) for column in lists] == [
        ["level", "Conformance", "Minor gap", "Major gap", "Not applicable"],
        ["gap_owner", "Cato Made-up", "Marit Made-up"],
        ["owner", "Cato Made-up", "Marit Made-up"],
        ["checked", "yes"],
    ]
    told = dict(cells(content, 1))
    assert told["Made up"] == "No person, company or figure in this workbook is real."
    # assessments.yaml: the words of the levels are ours
    assert told["Levels"] == "Conformance (our default, not ASI’s)"


def test_what_was_changed_on_one_side_stands_and_what_on_both_is_decided(cast: Cast):
    found = make_assessment(cast)
    say(cast, found, "1.1", level="conformance", text="Old.", gap="Old gap.")
    say(cast, found, "1.2", text="Stays.")
    rows = exported(cast, found)
    say(cast, found, "1.1", version=1, who="colleague", text="Theirs.", gap="Same gap.", owner="")
    said = {
        ("1.1", "text"): "Ours.",
        ("1.1", "gap"): "Same gap.",
        ("1.1", "level"): "écart MAJEUR",
        ("1.1", "gap_owner"): "cato made-up",
        ("1.2", "text"): "\u00a0 ",
        ("1.3", "gap_due"): dt.date(2027, 1, 2),
    }
    waits = sent(cast, found, book(changed(rows, said)))
    assert outcomes(waits) == {
        "1.1.text": "conflict",
        "1.1.gap": "same",
        "1.1.level": "change",
        "1.1.gap_owner": "change",
        "1.2.text": "change",
        "1.3.gap_due": "change",
    }
    with pytest.raises(Faulty) as refused:
        saved(cast, waits)
    assert [fault.place for fault in refused.value.faults] == ["1.1.text"]
    assert standing(found)["1.1"]["text"] == "Theirs."
    saved(cast, waits, {"1.1.text": "now"})
    now_ = standing(found)
    assert (now_["1.1"]["text"], now_["1.1"]["gap"], now_["1.1"]["level"]) == ("Theirs.", "Same gap.", "major_nc")
    assert now_["1.1"]["gap_owner"] == str(cast.person("colleague").pk)
    assert (now_["1.2"]["text"], now_["1.3"]["gap_due"]) == ("", "2027-01-02")
    told = Entry.objects.get(kind="assessment.workbook_taken_in").data
    assert told["saved"] == {"1.1": ["gap_owner", "level"], "1.2": ["text"], "1.3": ["gap_due"]}
    assert told["left"] == ["1.1.gap", "1.1.text"]
    assert not SentWorkbook.objects.exists()
    with pytest.raises(Moved):
        take_in(waits, seen="", choices={}, actor=cast.actor("member"))


def test_nothing_is_saved_but_what_was_shown(cast: Cast):
    found = make_assessment(cast)
    waits = sent(cast, found, book(changed(exported(cast, found), {("1.1", "text"): "Ours."})))
    seen = mark(merged_now(waits), waits.sha256)
    say(cast, found, "1.1", text="Theirs.", who="colleague")
    with pytest.raises(Moved):
        take_in(waits, seen=seen, choices={"1.1.text": "sent"}, actor=cast.actor("member"))
    assert standing(found)["1.1"]["text"] == "Theirs."
    assert saved(cast, waits, {"1.1.text": "sent"})["1.1"].text == "Ours."


def test_every_fault_is_told_at_once_with_its_cell_and_nothing_is_kept(cast: Cast):
    found, other = make_assessment(cast), make_assessment(cast)
    say(cast, found, "1.1", text="Old.")
    say(cast, found, "2.3", text="Said.")
    kept = sent(cast, found, book(changed(exported(cast, found), {("2.1", "text"): "Sent before."})))
    rows = changed(
        exported(cast, found),
        {
            ("1.1", "level"): "splendid",
            ("1.1", "version"): 9,
            ("1.2", "owner"): "Somebody Else",
            ("1.2", "gap_due"): "31/08/2027",
            ("1.3", "text"): "x" * 20_001,
            ("2.3", "checked"): "yes",
            ("2.1", "version"): "",
            ("2.2", "text"): "Whose?",
            ("2.2", "id"): "",
        },
    )
    where = {
        key: place(rows, *key.split(" "))
        for key in ("1.1 level", "1.1 version", "1.2 owner", "1.2 gap_due", "1.3 text", "2.3 checked", "2.1 version")
    }
    column = {name: at for at, name in enumerate(rows[0])}
    last = rows[-1][column["id"]]
    rows += [
        ["" if name != "id" else key for name in rows[0]] for key in (f"{other.pk}/1.1", f"{found.pk}/99.9", last, "#")
    ]
    for row in rows[-4:]:
        row[column["version"]] = 0
    id_letter = chr(ord("A") + column["id"])
    formulas = [(3, column["gap"], "=A1"), (5, column["title"], "=A1")]
    with pytest.raises(Faulty) as refused:
        sent(cast, found, book(rows, formulas=formulas))
    assert {fault.place for fault in refused.value.faults} == {
        *where.values(),
        *(f"{id_letter}{row}" for row in (7, 65, 66, 67)),
        f"{chr(ord('A') + column['gap'])}4",
    }
    said = {fault.place: fault for fault in refused.value.faults}
    assert said[where["1.2 owner"]].expected == "one of: Cato Made-up, Marit Made-up"
    assert "holds a formula" in said[f"{chr(ord('A') + column['gap'])}4"].expected
    assert waiting(found, cast.actor("member")) == kept


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ".xlsx"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "older"),
        (book([["a", "b"], ["c", "d"]]).getvalue(), "names of the columns"),
        (book([["id", "version"]], name="Other").getvalue(), "is named answers or réponses"),
    ],
)
def test_what_is_no_workbook_of_ours_is_told_what_was_expected(cast: Cast, content, expected):
    with pytest.raises(Faulty) as refused:
        sent(cast, make_assessment(cast), io.BytesIO(content))
    assert expected in refused.value.faults[0].expected


def test_what_was_carried_over_is_checked_in_the_workbook_and_one_who_left_stays_named(cast: Cast):
    earlier = make_assessment(cast, "ps-2")
    colleague = cast.person("colleague")
    say(cast, earlier, "1.1", level="conformance", text="Said of V2.")
    later = open_assessment(earlier.scope, "ps-3", actor=cast.actor("member"), carried_from=earlier)
    say(cast, later, "1.2", owner=str(colleague.pk))
    for held in colleague.affiliations.all():
        end_affiliation(held, actor=cast.actor("office"))
    rows = exported(cast, later)
    assert rows[2][rows[0].index("carried")] == "kept, 1.1"
    waits = sent(cast, later, book(changed(rows, {("1.1", "checked"): "oui", ("1.2", "text"): "Said."})))
    assert outcomes(waits) == {"1.1.checked": "change", "1.2.text": "change"}
    assert saved(cast, waits)["1.1"].checked_at is not None


def test_what_sites_say_otherwise_is_told_and_not_read(cast: Cast):
    found, sites = make_sites(cast)
    say(cast, found, "5.3", level="conformance", text="Everywhere.")
    say_at(cast, found, "5.3", sites["Hill Works"], level="minor_nc")
    say_at(cast, found, "5.3", sites["Lake Works"], text="Otherwise.")
    rows = exported(cast, found)
    told = {row[0]: row[rows[0].index("sites")] for row in rows[2:]}
    assert (told["5.3"], told["1.1"]) == ("Hill Works · Minor gap\nLake Works", "")
    assert sent(cast, found, book(changed(rows, {("5.3", "sites"): "Hill Works · Conformance"}))) is None


def test_a_workbook_nobody_decided_on_is_forgotten_after_a_week(cast: Cast):
    found = make_assessment(cast)
    waits = sent(cast, found, book(changed(exported(cast, found), {("1.1", "text"): "Ours."})))
    assert waiting(found, cast.actor("colleague")) is None
    SentWorkbook.objects.update(sent_at=timezone.now() - KEPT_FOR)
    assert waiting(found, cast.actor("member")) is None
    assert remove_old() == "1 workbooks removed"
    assert waits is not None


def test_it_asks_the_database_as_often_for_many_answers_as_for_few(cast: Cast):
    found = make_assessment(cast)
    actor = cast.actor("member")
    say(cast, found, "1.1", text="Said.")

    def counted(numbers: list[str]) -> tuple[int, ...]:
        told = []
        with CaptureQueriesContext(connection) as asked:
            content = written(found, now(), actor=actor)
        told.append(len(asked))
        said = {(number, "text"): f"Of {number}, {random.random()}" for number in numbers}
        file = book(changed(cells(content), said))
        with CaptureQueriesContext(connection) as asked:
            waits = sent(cast, found, file)
        told.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            saved(cast, waits)
        return (*told, len(asked))

    counted(["1.2"])  # what a process keeps is filled by whoever asks first
    few = counted(["1.1", "2.1"])
    assert counted([row[0] for row in exported(cast, found)[2:] if row[0] != "2.1"]) == few
    # Two entries of history, those of the answers and that of the workbook, are four queries each.
    assert max(few) <= 24


# --- against an oracle ---

FIELD_VALUES: dict[str, tuple[str, ...]] = {
    "level": ("", "conformance", "minor_nc", "major_nc"),
    "text": ("", "Old.", "New.", "  Ends.", "a\nb", "=1", "9.62"),
    "gap": ("", "None.", "Much."),
    "gap_due": ("", "2027-01-02", "2028-12-31"),
    "owner": ("", "member", "colleague"),
}
LABELS = {"conformance": "Conformance", "minor_nc": "Minor gap", "major_nc": "Major gap"}
BLANKS = ["", " ", "\u00a0", "\n", None]
NUMBERS = ("1.1", "1.2", "5.3")
KEYS = [(number, name) for number in NUMBERS for name in FIELD_VALUES]


def values() -> st.SearchStrategy[dict[tuple[str, str], str]]:
    """Some fields of some answers, with values."""
    return st.sets(st.sampled_from(KEYS), max_size=8).flatmap(
        lambda keys: st.fixed_dictionaries({key: st.sampled_from(FIELD_VALUES[key[1]]) for key in sorted(keys)})
    )


EDITS = st.fixed_dictionaries(
    {
        "first": values(),
        "theirs": values(),
        "ours": values(),
        "decided": st.sets(st.sampled_from(KEYS)),
        "dropped_rows": st.sets(st.sampled_from(NUMBERS), max_size=2),
        "dropped_columns": st.sets(st.sampled_from(sorted(FIELD_VALUES)), max_size=2),
        "seed": st.integers(0, 2**32),
        "suite": st.booleans(),
    }
)


def oracle(edits: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What should stand in the end: told by what each side did, without a thought of cells, versions or histories."""
    end = {}
    for key in KEYS:
        number, name = key
        was = plain(edits["first"].get(key, ""))
        theirs = plain(edits["theirs"].get(key, was))
        is_there = number not in edits["dropped_rows"] and name not in edits["dropped_columns"]
        ours = plain(edits["ours"].get(key, was)) if is_there else was
        both = ours != was and theirs != was
        end[key] = (ours if key in edits["decided"] else theirs) if both else ours if ours != was else theirs
    return end


def plain(text: str) -> str:
    return text.strip()


@given(edits=EDITS)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_however_it_was_moved_about_the_merge_is_that_of_an_oracle(cast: Cast, edits):
    people = {who: str(cast.person(who).pk) for who in ("member", "colleague")}
    names = {who: str(cast.person(who)) for who in people}
    with transaction.atomic():
        found = make_assessment(cast)

        def save(said: dict[tuple[str, str], str], who: str) -> None:
            for number in NUMBERS:
                mine = {name: people.get(value, value) for (of, name), value in said.items() if of == number}
                held = found.answers.filter(number=number).first()
                if mine:
                    given = AnswerGiven(number, held.version if held else 0, mine)
                    save_answers(found, [given], actor=cast.actor(who))

        save(edits["first"], "member")
        chance = random.Random(edits["seed"])
        cells_sent = {
            key: LABELS.get(value, names.get(value, value)) if value else chance.choice(BLANKS)
            for key, value in edits["ours"].items()
        }
        rows = moved_about(changed(exported(cast, found), cells_sent), edits, chance)
        save(edits["theirs"], "colleague")
        file = book(rows)
        waits = sent(cast, found, as_an_office_suite_saves_it(file.getvalue()) if edits["suite"] else file)
        if waits is not None:
            merged = merged_now(waits)
            choices = {
                one.wish.key: "sent" if (one.wish.number, one.wish.field) in edits["decided"] else "now"
                for one in merged
                if one.outcome is Outcome.CONFLICT
            }
            saved(cast, waits, choices)
        held = standing(found)
        named = {pk: who for who, pk in people.items()}
        end = {
            (number, name): plain(named.get(value, value))
            for number, name in KEYS
            for value in [held.get(number, {}).get(name, "")]
        }
        assert end == oracle(edits)
        transaction.set_rollback(True)


def moved_about(rows: list[list[Any]], edits: dict[str, Any], chance: random.Random) -> list[list[Any]]:
    """The sheet after somebody moved columns and rows, threw some away, and added some of their own."""
    head = rows[0]
    ids = head.index("id")
    left = [row for row in rows if str(row[ids]).rpartition("/")[2] not in edits["dropped_rows"]]
    columns = [at for at, name in enumerate(head) if name not in edits["dropped_columns"]]
    chance.shuffle(columns)
    chance.shuffle(left)
    made = [[row[at] for at in columns] for row in left]
    for at in sorted(chance.sample(range(len(columns)), 2), reverse=True):
        for row in made:
            row.insert(at, chance.choice(["", "mine", None]))
    for _ in range(3):
        made.insert(chance.randrange(len(made)), [chance.choice(BLANKS) for _ in made[0]])
    made[chance.randrange(len(made))].append(chance.choice(string.ascii_letters))
    return made
