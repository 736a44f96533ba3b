"""The register's list: search, filters, the day asked for, counts, pages, and what is typed wrong."""

from __future__ import annotations

import random
import re
import unicodedata
from datetime import date, timedelta
from http import HTTPStatus
from itertools import pairwise

import pytest
from django.core import signing
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alunite.foundation.publications.queries import current_publications, read
from alunite.front.register import queries, search
from alunite.front.register.countries import country_name
from alunite.front.register.models import Held, Row
from alunite.front.register.queries import Asked, listing
from alunite.front.register.tests.world import SOAK, sample_rows

TODAY = date(2026, 11, 22)
DATES = ("issue_date", "expiry_date", "certified_since", "announced_date")


def asked(text: str = "", on: date | None = None, after=None, **chosen: str) -> Asked:
    return Asked(text=text, chosen=chosen, on=on, today=TODAY, after=after)


def found(text: str = "", **more) -> set[str]:
    """Ids of all lines a question finds, on all its pages."""
    ids: set[str] = set()
    question = asked(text, **more)
    while True:
        page = listing(question)
        ids |= {row.pk for row in page.rows}
        if not page.next:
            return ids
        question = asked(text, **more, after=queries.read_cursor(page.next))


def lines_of(client, query: str):
    answer = client.get(f"/register/?{query}")
    assert answer.status_code == HTTPStatus.OK, query
    return answer.context["lines"]


def entities(client, query: str) -> list[str]:
    return sorted(line.entity for line in lines_of(client, query))


# Search -------------------------------------------------------------------------------------------------------------


def folded_words(text: str) -> list[str]:
    """The test's own reading of a text: letters and digits without accents or case, parted by anything else."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    for letter, plain in {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"}.items():
        letters = letters.replace(letter, plain)  # letters that Unicode does not take apart
    return re.findall(r"[^\W_]+", "".join(letter for letter in letters if not unicodedata.combining(letter)))


def texts() -> dict[str, list[str]]:
    """Words of each line, read from publications and not from the index."""
    words: dict[str, list[str]] = {}
    for item in read(current_publications().filter(kind__in=("certificate", "certification_event"))):
        said = item.payload
        if said is None or said.get("certificate"):
            continue
        parts = [said["certificate_number"], said["entity"], said["scope"], *(one["name"] for one in said["members"])]
        parts += [country_name(code) for code in said["countries"]] + ([said["firm"]["name"]] if said["firm"] else [])
        words[item.subject] = folded_words(" ".join(part for part in parts if part != "unknown"))
    return words


def expected(text: str, among: dict[str, list[str]]) -> set[str]:
    typed = folded_words(text)
    if not typed:
        return set()
    return {
        subject
        for subject, words in among.items()
        if all(any(word.startswith(wanted) for word in words) for wanted in typed)
    }


def test_letters_that_are_not_on_ones_keyboard_are_found_by_those_that_are(client, samples):
    # Assan has works in Dilovası; the source prints Dilovasi (samples/public-pages/certificates.csv, C155).
    assert entities(client, "q=dilovasi") == entities(client, "q=dilovas%C4%B1") == ["Assan Tuzla and Dilovasi"]


def test_a_search_is_a_search_without_accents_and_case(client, samples):
    granges = entities(client, "q=granges")
    assert granges
    assert granges == entities(client, "q=GRÄNGES") == entities(client, "q=Gr%C3%A4nges")
    assert granges == entities(client, "q=gra%CC%88nges"), "the accent as a sign of its own"
    assert "Gränges Finspång" in entities(client, "q=finspang")
    assert set(entities(client, "q=sept-iles")) == {"Aluminerie Alouette Sept-Îles"}


def test_the_beginning_of_a_word_is_enough_and_its_middle_is_not(client, samples):
    assert set(entities(client, "q=finsp")) == {"Gränges Finspång"}
    assert entities(client, "q=inspang") == []


def test_several_words_all_have_to_be_there_in_any_order(client, samples):
    both = entities(client, "q=granges+shanghai")
    assert both
    assert both == entities(client, "q=shanghai+granges")
    assert set(both) < set(entities(client, "q=granges"))
    assert entities(client, "q=granges+nowhere") == []


def test_certificate_56_is_found_by_its_number(client, samples):
    numbers = {line.number: line.entity for line in lines_of(client, "q=56")}
    assert numbers["56"] == "Aludium Alicante Facility"
    assert entities(client, "q=56+aludium") == ["Aludium Alicante Facility"]


def test_member_scope_firm_and_country_are_searched_too(client, samples):
    [aludium] = [row for row in sample_rows() if row["certificate_number"] == "56"]
    for words in (aludium["member"], "Cindal", aludium["audit_firm"], "Spain"):
        assert "Aludium Alicante Facility" in entities(client, f"q={words}"), words


AWKWARD = [
    "AND", "OR", "NOT", "NEAR", "NEAR(a b, 5)", "alcoa AND", "alcoa OR novelis", "alcoa NOT novelis", "alcoa*",
    '"alcoa"', '"', '""', "'", "''", "(", ")", "((", "-alcoa", "- alcoa", "alcoa:", "words:alcoa", "rowid:1", ":*",
    "*", "**", "a* b*", "^alcoa", "{alcoa}", "+", "a + b", "a & b", "a | b", "!a", "a <-> b", "a <2> b", "\\", "\\'",
    "%", "_", "__", "a_b", "%s", "%(x)s", "; DROP TABLE register_text; --", "$$", "$1", "?", "..", "é", "´", "ß", "SS",
    "İ", "ı", "ﬁ", "ﷺ", "①", "½", "²", "Ⅳ", "阿拉善", "云南 铝业", "アルミ", "알루미늄", "алюминий", "الألومنيوم", "हिन्दी",
    "👩‍🏭", "\u200b", "\u202e", "\u0301", "a\u0301", "\ufeff", "\U000e0041", "e" * 199, "a " * 99, "0", "007", "+56", "56.",
    "#56", "5 6", "\t", "\n", "alcoa\nnovelis", "<script>", "&amp;", "&#39;",
]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
def test_whatever_is_typed_finds_what_its_words_say_and_never_fails(samples, client, text):
    """Operators of either database's language are words like others, or parting marks."""
    assert found(text.strip()) == (expected(text, texts()) if text.strip() else set(texts()))
    assert client.get("/register/", {"q": text}).status_code == HTTPStatus.OK


def test_what_holds_no_word_finds_nothing_and_says_so(client, samples):
    for text in ("?!", "--", "* *", "_"):
        answer = client.get("/register/", {"q": text})
        assert answer.context["lines"] == []
        assert (answer.context["listing"].certificates, answer.context["listing"].events) == (0, 0)


@pytest.mark.parametrize("text", ["x" * 10_000, "word " * 2_000, "'\"*(" * 2_500, "ﷺ" * 10_000, "铝" * 10_000])
def test_ten_thousand_characters_are_refused_beside_the_field_and_never_break_the_search(client, samples, text):
    answer = client.get("/register/", {"q": text})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "q" in answer.context["form"].errors
    assert found(text) == set()


def test_a_null_character_is_refused_beside_its_field(client, samples):
    for name in ("q", "on", "standard", "after"):
        answer = client.get("/register/", {name: "a\x00b"})
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert set(answer.context["form"].errors) == {name}


LETTERS = st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
                                     st.sampled_from("ab_ -'\"*:()&|!\\%ÄåñΣσς")), max_size=40)  # fmt: skip
OURS = settings(max_examples=max(40, int(400 * SOAK)), suppress_health_check=[HealthCheck.function_scoped_fixture])


@OURS
@given(stored=st.lists(LETTERS, min_size=1, max_size=4), typed=LETTERS)
def test_any_text_is_stored_and_found_by_its_words_the_same_on_either_database(db, stored, typed):
    search.clear()
    ids = [f"2222222{digit}" for digit in "2345"][: len(stored)]
    search.add(zip(ids, stored, strict=True))
    wanted = search.cut(typed)
    hits = {row for row, text in zip(ids, stored, strict=True)
            if wanted and all(any(word.startswith(one) for word in search.cut(text)) for one in wanted)}  # fmt: skip
    query = search.matching(typed)
    if query is None:
        assert not wanted
        return
    assert in_index(query) == {search.text_id(row) for row in hits}


@OURS
@given(text=LETTERS)
def test_whatever_a_line_says_is_found_by_each_of_its_own_words_and_by_their_beginnings(db, text):
    search.clear()
    search.add([("22222222", text)])
    for word in search.cut(text):
        for typed in (word, word[:1], word.upper()):
            query = search.matching(typed)
            if query is not None and search.cut(typed) and word.startswith(search.cut(typed)[0]):
                assert in_index(query), typed


def in_index(query) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        return {row[0] for row in cursor.fetchall()}


def test_a_line_of_endless_words_is_taken_up_and_found(db):
    """PostgreSQL refuses words of more than 2,046 bytes; a huge cell must not stop an import."""
    search.add([("22222222", "x" * 5_000 + " 铝" + "铝" * 5_000)])
    for typed in ("x" * 50, "x" * 5_000, "铝" * 3):
        assert in_index(search.matching(typed)) == {search.text_id("22222222")}


# Filters ------------------------------------------------------------------------------------------------------------


def chosen_by_label(client, name: str, label: str) -> str:
    """The value of a filter whose words begin with a label."""
    choices = client.get("/register/").context["form"].fields[name].choices
    [value] = [value for value, words in choices if re.match(rf"{re.escape(label)} \(\d+\)$", str(words))]
    return value


def test_three_filters_and_words_narrow_together(client, samples, monkeypatch):
    """Expected from the file: each condition alone, and all at once."""
    monkeypatch.setattr(queries, "PAGE_LENGTH", 200)
    rows = sample_rows()
    by_label = {
        "standard": ("Performance Standard", lambda row: row["standard"] == "PS"),
        "activity": ("Semi-Fabrication", lambda row: "Semi-Fabrication" in row["supply_chain_activities"].split(";")),
        "country": ("China", lambda row: "CN" in re.split("[;,]", row["country"])),
    }
    query = []
    kept = rows
    for name, (label, holds) in by_label.items():
        value = chosen_by_label(client, name, label)
        alone = [row["entity"] for row in rows if holds(row)]
        assert len(found(**{name: value})) == len(alone)
        query.append(f"{name}={value}")
        kept = [row for row in kept if holds(row)]
        assert entities(client, "&".join(query)) == sorted(row["entity"] for row in kept)
    worded = [row["entity"] for row in kept if "granges" in folded_words(row["entity"] + " " + row["member"])]
    assert 0 < len(worded) < len(kept) < len(rows)
    assert entities(client, "&".join([*query, "q=granges"])) == sorted(worded)


def test_each_choice_says_how_many_lines_it_has(client, samples):
    form = client.get("/register/").context["form"]
    for name in queries.FILTERS:
        choices = dict(form.fields[name].choices)
        assert choices.pop("") == "any"
        assert choices
        for value, words in choices.items():
            assert f"({len(found(**{name: value}))})" in str(words)


def test_unknown_is_a_value_that_can_be_chosen_and_stands_last(client, samples):
    countries = client.get("/register/").context["form"].fields["country"].choices
    without = sum(not row["country"] for row in sample_rows())
    assert countries[-1][0] == "unknown"
    assert len(found(country="unknown")) == without


# The day asked for --------------------------------------------------------------------------------------------------


def test_on_a_day_certificate_56_is_there_and_113_is_not(client, samples):
    """Issue 2: 56 was issued on 13 Dec 2019, 113 on 18 Jan 2021."""
    numbers = {line.number: line for line in lines_of(client, "on=2020-06-30") if line.number}
    assert set(numbers) == {"56"}
    assert numbers["56"].status.state == "active"


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2019-12-12", None),
        ("2019-12-13", "active"),
        ("2022-12-12", "active"),
        ("2022-12-13", "expired"),
    ],
)
def test_certificate_56_holds_from_its_first_to_its_last_day(client, samples, day, state):
    """Issue 2: certificate 56 ends 12 Dec 2022."""
    numbers = {line.number: line.status.state for line in lines_of(client, f"on={day}") if line.number}
    assert numbers.get("56") == state


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2023-07-31", None),
        ("2023-08-01", "unknown"),
        ("2023-08-15", "unknown"),
        ("2023-08-31", "active"),
        ("2024-01-01", "active"),
        ("2026-08-01", "active"),
        ("2026-08-15", "unknown"),
        ("2026-08-31", "unknown"),
        ("2026-09-01", "expired"),
    ],
)
def test_a_certificate_known_to_the_month_is_sure_only_in_between(client, samples, day, state):
    """Issue 2: Alba's, 2023-08 to 2026-08, is sure between latest start and earliest end."""
    lines = [line for line in lines_of(client, f"on={day}") if line.is_certificate and line.entity == "Alba"]
    assert [line.status.state for line in lines] == ([] if state is None else [state])
    [certificate] = Row.objects.filter(kind="certificate", entity="Alba")
    page = client.get(f"/certificates/{certificate.pk}-{certificate.slug}/?on={day}").context["page"]
    assert page.status.state == (state or "none"), "the page says what the list says"


def test_certificates_and_events_are_counted_apart(client, samples):
    """183 statements: three certificates are made out, 180 events identify none."""
    answer = client.get("/register/")
    assert (answer.context["listing"].certificates, answer.context["listing"].events) == (3, 180)
    page = " ".join(answer.content.decode().split())
    assert "3 certificates" in page
    assert "180 events" in page


def test_events_without_any_date_are_listed_only_without_a_day_and_counted_with_one(client, samples):
    """Issue 2: one with no date at all only without `on`, and the page counts these; the source has 71."""
    dateless = {row["record_id"] for row in sample_rows() if not any(row[name] for name in DATES)}
    assert len(dateless) == 71
    answer = client.get("/register/?on=2026-11-22")
    assert answer.context["listing"].dateless == 71
    assert "71 more are left out" in " ".join(answer.content.decode().split())
    assert len(found()) - len(found(on=TODAY)) == 71
    assert not Row.objects.filter(pk__in=found(on=TODAY), first_day=None).exists()
    assert client.get("/register/").context["listing"].dateless == 0


def test_the_dateless_are_counted_under_the_filters_asked_for(client, samples):
    rows = [row for row in sample_rows() if row["standard"] == "CoC" and not any(row[name] for name in DATES)]
    value = chosen_by_label(client, "standard", "Chain of Custody")
    answer = client.get(f"/register/?standard={value}&on=2026-11-22")
    assert 0 < len(rows) < 71
    assert answer.context["listing"].dateless == len(rows)


def test_an_event_is_listed_from_its_first_possible_day_with_its_state_unknown(client, samples):
    """C174 was announced on 2023-05-07 and prints no validity."""
    for day, there in (("2023-05-06", False), ("2023-05-07", True), ("2039-01-01", True)):
        lines = [
            line
            for line in lines_of(client, f"q=alba+calciner&on={day}")
            if not line.is_certificate and line.last_day == "2023-05-07"
        ]
        assert [line.status.state for line in lines] == (["unknown"] if there else []), day


def test_counts_are_over_all_pages(samples, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_LENGTH", 7)
    page = listing(asked())
    assert len(page.rows) == 7
    assert (page.certificates, page.events) == (3, 180)


# Pages --------------------------------------------------------------------------------------------------------------


def make_lines(seed: int, count: int) -> None:
    """Lines with many ties: few days, few states, and ids in random order."""
    chance = random.Random(seed)
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(4)] + [date(1, 1, 1)]
    rows, held = [], []
    ids = chance.sample(range(10**6), count)
    for number in ids:
        identifier = "".join("23456789bc"[int(digit)] for digit in f"{number:08}")
        sort_day = chance.choice(days)
        row = Row(
            id=identifier,
            text_id=search.text_id(identifier),
            kind=chance.choice(("certificate", "certification_event")),
            slug="record",
            entity=f"Works {chance.randrange(3)}",
            members=[],
            family="f",
            version="v",
            level="unknown",
            countries=["unknown"],
            activities=["unknown"],
            last_event="unknown",
            sort_day=sort_day,
            first_day=None,
        )
        rows.append(row)
        if chance.random() < 0.7:
            state = chance.choice((*queries.STATE_ORDER, "a state to come"))
            row.first_day = date(2019, 1, 1)
            held.append(Held(row=row, state=state, level="unknown", first=row.first_day, last=None))
    Row.objects.bulk_create(rows)
    Held.objects.bulk_create(held)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(max(4, int(40 * SOAK))))
@pytest.mark.parametrize("on", [None, TODAY])
def test_pages_walk_every_line_exactly_once_in_one_order(db, monkeypatch, seed, on):
    count = random.Random(seed).choice((1, 5, 6, 37))
    make_lines(seed, count)
    whole = [row.pk for row in listing(asked(on=on)).rows]
    assert set(whole) == set(
        Row.objects.filter(**({"first_day__isnull": False} if on else {})).values_list("pk", flat=True)
    )
    for length in (1, 2, 5):
        monkeypatch.setattr(queries, "PAGE_LENGTH", length)
        walked, question, pages = [], asked(on=on), 0
        while pages <= count:
            page = listing(question)
            walked += [row.pk for row in page.rows]
            pages += 1
            if not page.next:
                break
            question = asked(on=on, after=queries.read_cursor(page.next))
        assert walked == whole
        assert pages == max(1, -(-len(whole) // length)), "no empty page at the end"


def test_the_order_is_state_then_latest_event_then_id(db):
    make_lines(3, 40)
    rows = listing(asked()).rows
    order = {state: place for place, state in enumerate(queries.STATE_ORDER)}
    keys = [(order.get(row.state, len(order)), -row.sort_day.toordinal(), row.pk) for row in rows]
    assert all(before <= after for before, after in pairwise(keys))


def test_following_next_on_the_pages_shows_every_line_once_and_keeps_the_question(client, samples, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_LENGTH", 10)
    seen, query = [], "q=a&country=CN"
    expected_count = len(found("a", country="CN"))
    while query:
        answer = client.get(f"/register/?{query}")
        seen += [line.url for line in answer.context["lines"]]
        query = answer.context["next"]
        assert not query or ("q=a" in query and "country=CN" in query)
    assert len(seen) == len(set(seen)) == expected_count > 10


def test_a_line_taken_up_between_two_pages_moves_no_other(db, monkeypatch):
    make_lines(5, 20)
    monkeypatch.setattr(queries, "PAGE_LENGTH", 5)
    whole = [row.pk for row in listing(asked()).rows]
    first = listing(asked())
    Row.objects.filter(pk=whole[0]).delete()
    second = listing(asked(after=queries.read_cursor(first.next)))
    monkeypatch.setattr(queries, "PAGE_LENGTH", 20)
    rest = [row.pk for row in listing(asked()).rows]
    assert [row.pk for row in second.rows] == rest[4:9]


# What is typed wrong ------------------------------------------------------------------------------------------------


UNSIGNED = ["x", "0", ":", "a:b:c", "é", "x" * 10_000, "eyJhIjoxfQ:1abc:AAAA"]
SIGNED_BUT_NO_PLACE = [
    [0, "2020-01-01"],
    [0, "no day", "22222222"],
    ["x", "2020-01-01", "2"],
    [0, 5, "2"],
    "text",
    None,
]


def forged_cursors() -> list[str]:
    place = [0, "2020-01-01", "22222222"]
    return [
        *UNSIGNED,
        *(signing.dumps(value, salt="register.cursor") for value in SIGNED_BUT_NO_PLACE),
        signing.dumps(place, salt="another.salt"),
        signing.dumps(place, salt="register.cursor") + "x",
    ]


@pytest.mark.parametrize("number", range(len(forged_cursors())))
def test_a_cursor_that_is_not_ours_is_refused_and_never_breaks_the_page(client, samples, number):
    answer = client.get("/register/", {"after": forged_cursors()[number]})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert set(answer.context["form"].errors) == {"after"}
    assert "Start from the first" in answer.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        *("2020-02-30", "2020-13-01", "20200630", "2020-6-30", "30.06.2020", "2020-W27-2", "2020-182", "2020-06"),
        *("0001-01-01", "9999-99-99", "99999-01-01", "-2020-01-01", "today", "２０２０-０６-３０", "2020-06-30T00:00"),
        *("2020-06-30'", "2020-06-30 or 1=1", "<script>", "x" * 10_000),
    ],
)
def test_a_day_that_is_none_is_refused_beside_its_field(client, samples, text):
    [row] = Row.objects.filter(number="56")
    for page in ("/register/", f"/certificates/{row.pk}-{row.slug}/"):
        answer = client.get(page, {"on": text})
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        [message] = answer.context["form"].errors["on"]
        assert "2020-06-30" in message, "it says how to write one"
        assert len(message) < 200


@pytest.mark.parametrize("name", ["standard", "activity", "country"])
@pytest.mark.parametrize("value", ["nowhere", "' OR 1=1 --", "<b>", "unknown ", "PS" * 3000])
def test_a_value_a_filter_does_not_have_is_refused_beside_its_field(client, samples, name, value):
    answer = client.get("/register/", {name: value.strip() + "x"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert set(answer.context["form"].errors) == {name}


def test_all_that_is_wrong_is_said_at_once_each_beside_its_field(client, samples):
    answer = client.get(
        "/register/", {"q": "x" * 300, "standard": "a", "activity": "b", "country": "c", "on": "d", "after": "e"}
    )
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    form = answer.context["form"]
    assert set(form.errors) == {"q", "standard", "activity", "country", "on", "after"}
    page = answer.content.decode()
    for name in ("q", "standard", "activity", "country", "on"):
        field = form[name]
        assert f'name="{name}"' in page, "the form is still there, to be mended"
        assert re.search(rf'<[^>]*id="{field.auto_id}"[^>]*aria-invalid="true"', page) or re.search(
            rf'aria-invalid="true"[^>]*id="{field.auto_id}"', page
        ), f"{name} is marked"


def test_what_was_typed_comes_back_with_the_message(client, samples):
    page = client.get("/register/", {"q": "alcoa", "on": "2020-02-30"}).content.decode()
    assert 'value="alcoa"' in page
    assert 'value="2020-02-30"' in page


def test_spaces_around_words_and_days_are_no_fault(client, samples):
    assert lines_of(client, "q=+56+&on=+2020-06-30+")


def test_parameters_nobody_knows_are_let_be(client, samples):
    assert client.get("/register/?utm_source=x&page=2").status_code == HTTPStatus.OK


@pytest.mark.parametrize("day", ["1900-01-01", "2100-12-31"])
def test_days_far_off_are_days(client, samples, day):
    assert client.get(f"/register/?on={day}").status_code == HTTPStatus.OK
