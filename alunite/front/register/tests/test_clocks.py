"""Both clocks on every page: what held on a day, and what had been published by the end of a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.front.register import queries
from alunite.front.register.models import Record
from alunite.front.register.projector import CERTIFICATE, EVENT
from alunite.front.register.tests import world
from alunite.front.register.tests.test_pages import text_of
from alunite.front.register.tests.world import stated
from tests.decided import redact_by

# The days on which the story of `told` happens; made up.
ADOPTED, FIRST, SECOND, THIRD, TODAY = (date(2026, month, 10) for month in (1, 2, 3, 4, 5))
MOST_QUERIES = 8


def runs(*states: tuple[str, str, str | None]) -> list[dict]:
    return [
        {"state": state, "first": first, "last": last, "qualifier": "unknown", "reasons": []}
        for state, first, last in states
    ]


def clock(patch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Return what sets the clock of the machine to noon of a day."""

    def set_clock(day: date) -> None:
        instant = datetime.combine(day, time(12), UTC)
        patch.setattr(timezone, "now", lambda: instant)

    return set_clock


@pytest.fixture
def on_day(monkeypatch):
    return clock(monkeypatch)


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker):
    """A certificate said on FIRST to hold from 2021 on, corrected on SECOND to have been suspended from 2022 on; an
    event told of on SECOND; on THIRD a member withdrawn, who had been named on FIRST.

    It happens once, and is undone when the last test here is done.
    """
    with django_db_blocker.unblock(), world.undone():
        with pytest.MonkeyPatch.context() as patch:
            happens(clock(patch))
        yield


@pytest.fixture
def told(story, db, on_day):
    """What `story` tells, asked about on TODAY; what the test writes is undone after it."""
    on_day(TODAY)


def happens(on_day: Callable[[date], None]) -> None:
    on_day(ADOPTED)
    world.adopt()
    on_day(FIRST)
    member = {"id": "33333333", "name": "Test Metals"}
    whole = {
        "certificate_number": "7",
        "members": [member],
        "issue_date": "2021-01-01",
        "entity": "Old works",
        "timeline": runs(("active", "2021-01-01", None)),
    }
    publish("member", [ToPublish("33333333", member_payload(member))], actor=OPERATOR)
    publish(CERTIFICATE, [stated("22222222", CERTIFICATE, **whole)], actor=OPERATOR)
    on_day(SECOND)
    corrected = runs(("active", "2021-01-01", "2021-12-31"), ("suspended", "2022-01-01", None))
    changed = whole | {"entity": "New works", "timeline": corrected}
    publish(CERTIFICATE, [stated("22222222", CERTIFICATE, **changed)], actor=OPERATOR)
    publish(EVENT, [stated("44444444", entity="Later works", announced_date="2019-05-01")], actor=OPERATOR)
    on_day(THIRD)
    publish("member", [ToPublish("33333333", None, "owner_request")], actor=OPERATOR)


def member_payload(member: dict[str, str]) -> dict:
    unknown = dict.fromkeys(("membership_class", "class_basis", "joined", "certified"), "unknown")
    return member | unknown | {
        "standing": "listed", "countries": ["NO"], "activities": [], "note": "", "source_url": "https://example.org/1"
    }  # fmt: skip


OLD, NEW = "/certificates/22222222-old-works/", "/certificates/22222222-new-works/"


def state_of(client, **clocks: date) -> str:
    return client.get(NEW, clocks).context["page"].status.state


def test_a_correction_changes_what_held_and_not_what_was_said(client, told):
    """The timelines of `told`: in 2022 it was in date by what was said first, and suspended by what is known now."""
    day = date(2022, 6, 30)
    assert state_of(client, on=day) == "suspended"
    assert state_of(client, on=day, as_of=FIRST) == "active"
    assert state_of(client, on=day, as_of=SECOND - timedelta(days=1)) == "active"
    assert state_of(client, on=day, as_of=SECOND) == state_of(client, on=day, as_of=TODAY) == "suspended"
    assert state_of(client, as_of=FIRST) == "active"
    assert state_of(client, on=date(2020, 1, 1), as_of=FIRST) == "none"


def test_the_list_is_as_it_was_and_counts_what_it_shows(client, told):
    def listed(**clocks) -> list[tuple[str, str]]:
        answer = client.get("/register/", clocks)
        lines = answer.context["lines"]
        listing = answer.context["listing"]
        assert listing.certificates + listing.events == len(lines)
        return [(line.entity, line.status.state) for line in lines]

    assert listed() == [("New works", "suspended"), ("Later works", "none")]
    assert listed(as_of=FIRST) == [("Old works", "active")]
    assert listed(as_of=FIRST, on=date(2020, 1, 1)) == []
    assert listed(as_of=SECOND) == listed()
    assert listed(as_of=FIRST, q="old") == [("Old works", "active")]
    assert listed(q="old") == listed(as_of=FIRST, q="new") == listed(as_of=SECOND, q="old") == []
    assert listed(as_of=FIRST, state="active", on=date(2022, 6, 30)) == [("Old works", "active")]
    assert listed(state="suspended", on=date(2022, 6, 30)) == [("New works", "suspended")]
    assert listed(state="active", on=date(2022, 6, 30)) == []
    assert listed(as_of=FIRST, member="33333333") == [("Old works", "active")]


def test_every_page_says_what_is_seen_and_lets_each_clock_be_taken_away(client, told):
    clocks = {"on": "2022-06-30", "as_of": SECOND.isoformat()}
    for path in ("/", "/register/", "/standards/", "/standards/ps-3/", NEW, "/events/44444444-later-works/",
                 "/members/33333333-test-metals/"):  # fmt: skip
        answer = client.get(path, clocks)
        assert answer.status_code == HTTPStatus.OK, path
        page = " ".join(answer.content.decode().split())
        assert "State on 30 Jun 2022 , as published by 10 Mar 2026" in text_of(answer), path
        assert f'href="{path}?as_of={SECOND}"' in page
        assert f'href="{path}?on=2022-06-30"' in page
        assert 'name="on"' in page
        assert f'name="as_of" value="{SECOND}"' in page
        assert f'<link rel="canonical" href="http://testserver{path}">' in page
        assert '<meta name="robots" content="noindex">' in page
        plain = client.get(path, {"on": "2022-06-30"}).content.decode()
        assert "noindex" not in plain
        assert f'<link rel="canonical" href="http://testserver{path}">' in plain


def test_links_between_records_keep_both_clocks(client, told):
    query = f"?on=2022-06-30&as_of={FIRST}"
    for path in (NEW, "/register/", "/members/33333333-test-metals/", "/", "/standards/"):
        page = client.get(path + query).content.decode().replace("&amp;", "&")
        links = re.findall(r'href="(/(?:certificates|events|members|firms|standards|register)/[^"]*)"', page)
        assert links
        shown = [link for link in links if not link.startswith(path) and "?" not in link]
        assert shown == [], path


def test_other_parameters_are_kept_by_the_form_for_the_clocks_and_by_what_takes_one_away(client, told):
    page = client.get("/standards/", {"on": "2022-06-30", "utm_source": "a&b"}).content.decode()
    assert '<input type="hidden" name="utm_source" value="a&amp;b">' in page
    assert 'href="/standards/?utm_source=a%26b"' in page


PAGES = ["/", "/about/", "/standards/", "/standards/ps-3/", "/standards/applies/", "/standards/compare/", "/standards/versions/",
         "/members/", "/firms/", "/facilities/", "/figures/", "/countries/", "/activities/", NEW, "/map/"]  # fmt: skip


def test_no_page_takes_what_it_does_not_know_for_nothing_asked(client, told):
    for path in PAGES:
        page = client.get(path, {"as_off": "2026-02-10"})
        assert page.status_code == HTTPStatus.BAD_REQUEST, path
        assert "“as_off” is not something this list can be asked by. Do you mean “as_of”?" in text_of(page), path
        twice = client.get(f"{path}?on=2022-06-30&on=2021-06-30")
        assert twice.status_code == HTTPStatus.BAD_REQUEST, path
        assert "“on” is given more than once here: 2022-06-30, 2021-06-30. Give one of them." in text_of(twice), path
        followed = {"utm_source": "letter", "fbclid": "x", "on": "2022-06-30"}
        assert client.get(path, followed).status_code == HTTPStatus.OK, path
        assert client.get(f"{path}?on=2022-06-30&on=&on=2022-06-30").status_code == HTTPStatus.OK, path


def test_an_address_is_promised_for_ever_once_its_day_of_publishing_is_over(client, told, on_day):
    lasting, not_yet = "so that the address shows the same for ever", "What is published later today still counts"
    assert lasting in text_of(client.get(NEW, {"as_of": SECOND}))
    page = client.get(NEW)
    assert not_yet in text_of(page)
    assert lasting not in text_of(page)
    cited = page.context["kept"].permanent.removeprefix("http://testserver")
    last = client.get(cited).context["page"].segments[-1]
    corrected = runs(("active", "2021-01-01", None))
    whole = {"certificate_number": "7", "members": [], "entity": "New works", "timeline": corrected}
    publish(CERTIFICATE, [stated("22222222", CERTIFICATE, **whole)], actor=OPERATOR)
    later = client.get(cited).context["page"].segments[-1]
    assert (last.status.state, later.status.state) == ("suspended", "active"), "as the page says"
    on_day(TODAY + timedelta(days=1))
    assert lasting in text_of(client.get(cited))


def test_what_nothing_had_yet_is_asked_for_and_found_nowhere(client, told):
    """As of a day before it was told of, a value of a filter is a value; the answer is none."""
    before = {"as_of": ADOPTED}
    member = {"id": "55555555", "name": "New Metals"}
    publish("member", [ToPublish("55555555", member_payload(member))], actor=OPERATOR)
    for asked in ({"country": "NO"}, {"year": "2019"}, {"member": "55555555"}):
        page = client.get("/register/", asked | before)
        assert (page.status_code, page.context["listing"].count) == (HTTPStatus.OK, 0), asked
    for asked in ({"placed": "yes"}, {"placed": "no"}):
        page = client.get("/map/", asked | before)
        assert (page.status_code, page.context["count"]) == (HTTPStatus.OK, 0), asked


def test_a_record_withdrawn_now_is_shown_as_it_was_published_then(client, told):
    path = "/members/33333333-test-metals/"
    assert client.get(path).status_code == client.get(path, {"as_of": THIRD}).status_code == HTTPStatus.GONE
    then = client.get(path, {"as_of": SECOND})
    assert then.status_code == HTTPStatus.OK
    assert "Test Metals" in text_of(then)
    assert [line.entity for line in then.context["lines"]] == ["New works"]


def test_a_record_told_of_later_says_so_and_one_nobody_has_says_nothing(client, told):
    path = "/events/44444444-later-works/"
    answer = client.get(path, {"as_of": FIRST})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Nothing of this record had been published by 10 Feb 2026" in text_of(answer)
    assert "first told of it on 10 Mar 2026" in text_of(answer)
    assert "Later works" not in text_of(answer)
    nobody = client.get("/events/55555555-later-works/", {"as_of": FIRST})
    assert nobody.status_code == HTTPStatus.NOT_FOUND
    assert "had been published" not in text_of(nobody)


def test_the_address_of_a_renamed_record_is_that_of_its_name_now_on_either_clock(client, told):
    for query in (f"?as_of={FIRST}", f"?on=2022-01-01&as_of={FIRST}", ""):
        answer = client.get(OLD + query)
        assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
        assert answer["Location"] == NEW + query
    then = client.get(NEW, {"as_of": FIRST})
    assert then.status_code == HTTPStatus.OK
    assert "Old works" in text_of(then)
    assert "New works" not in text_of(then)


def test_before_the_first_publication_every_list_is_empty_and_says_why(client, told):
    before = ADOPTED - timedelta(days=1)
    for path in ("/", "/register/", "/standards/"):
        answer = client.get(path, {"as_of": before})
        assert answer.status_code == HTTPStatus.OK
        seen = text_of(answer)
        assert "Nothing had been published here by 9 Jan 2026" in seen
        assert "first publication of this register was made on 10 Jan 2026" in seen
    answer = client.get(NEW, {"as_of": before})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "first publication of all was made on 10 Jan 2026" in text_of(answer)


def test_a_day_to_come_cannot_be_asked_for_and_all_faults_are_told(client, told):
    for path in ("/", "/register/", "/standards/", NEW):
        answer = client.get(path, {"as_of": TODAY + timedelta(days=1), "on": "soon"})
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert set(answer.context["form"].errors) == {"on", "as_of"}
        assert "not known yet" in text_of(answer)
        assert client.get(path, {"as_of": TODAY}).status_code == HTTPStatus.OK


def test_what_was_redacted_is_gone_from_its_day_too_and_the_page_says_by_which_decision(client, told):
    first = Record.objects.get(kind=CERTIFICATE, version=1)
    redact_by("D-7", [first.publication])
    then = client.get(NEW, {"as_of": FIRST})
    assert then.status_code == HTTPStatus.GONE
    seen = text_of(then)
    for part in ("D-7", "10 May 2026", "10 Feb 2026", "personal data", first.digest):
        assert part in seen, part
    assert "Old works" not in seen
    assert client.get("/register/", {"as_of": FIRST}).context["lines"] == []
    assert client.get("/register/", {"as_of": FIRST, "q": "old"}).context["lines"] == []
    assert client.get(NEW).status_code == HTTPStatus.OK, "what is shown now was not redacted"


def test_labels_are_those_of_the_vocabulary_published_then(client, told, on_day):
    [scheme] = queries.records("scheme")
    renamed = scheme.payload | {
        "families": [item | {"label": f"{item['label']} renamed"} for item in scheme.payload["families"]]
    }
    publish("scheme", [ToPublish(scheme.subject, renamed)], actor=OPERATOR)
    assert "renamed" in text_of(client.get(NEW))
    assert "renamed" not in text_of(client.get(NEW, {"as_of": THIRD}))


def test_pages_read_later_are_those_of_the_list_as_it_was_and_say_so(client, told, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_LENGTH", 1)
    following = client.get("/register/").context["next"]
    publish(EVENT, [ToPublish("44444444", None, "merged")], actor=OPERATOR)
    answer = client.get(f"/register/?{following}")
    assert [line.entity for line in answer.context["lines"]] == ["Later works"]
    assert "as it was when its first page was read, after the publication of 10 Apr 2026, 12:00 UTC" in text_of(answer)
    assert 'href="/register/"' in answer.content.decode()
    monkeypatch.setattr(timezone, "now", lambda: datetime.combine(TODAY + timedelta(days=1), time(1), UTC))
    assert client.get(f"/register/?{following}").context["asked"].day == TODAY, "midnight moves no state"
    assert "after" in QueryDict(following)


def test_both_clocks_ask_the_same_for_few_lines_and_for_many_and_at_most_eight_times(client, told, on_day):
    paths = ("/", "/register/", "/register/?q=works&state=unknown", "/standards/", "/standards/ps-3/", NEW,
             "/members/33333333-test-metals/", "/events/44444444-later-works/")  # fmt: skip

    def asked() -> list[int]:
        counts = []
        for path in paths:
            mark = "&" if "?" in path else "?"
            client.get(f"{path}{mark}on=2026-01-01&as_of={SECOND}")  # the process learns of what was published
            with CaptureQueriesContext(connection) as made:
                client.get(f"{path}{mark}on=2026-01-01&as_of={SECOND}")
            counts.append(len(made))
        return counts

    few = asked()
    on_day(THIRD)
    more = [stated(f"6666666{digit}", announced_date="2020-01-01") for digit in "23456789bcdfgh"]
    publish(EVENT, more, actor=OPERATOR)
    on_day(TODAY)
    assert asked() == few
    assert max(few) <= MOST_QUERIES, few
