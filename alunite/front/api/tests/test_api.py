"""The public API: answers as documented, the same pages whatever is published meanwhile, every fault at once."""

from __future__ import annotations

import datetime as dt
import json

import jsonschema
import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.dictionary import public_kinds
from alunite.foundation.publications.models import Publication
from alunite.foundation.scheme.rules import applicability
from alunite.front.api import asking, queries
from alunite.front.api.clocks import now
from alunite.front.api.describing import described
from alunite.front.api.examples import answer_to, with_examples
from tests.decided import redact_by

ROOT = "/api/v1/public"


def get(client, path, **headers):
    answer = client.get(path if path.startswith("/api") else ROOT + path, headers=headers)
    return answer, json.loads(answer.content) if answer.content else None


def member(subject, name="Test Metals", **more):
    said = {
        "id": subject,
        "name": name,
        "standing": "listed",
        "membership_class": "unknown",
        "class_basis": "unknown",
        "countries": ["NO"],
        "joined": "2019",
        "activities": [],
        "certified": "unknown",
        "note": "",
        "source_url": "https://example.org/1",
    }
    return ToPublish(subject, said | more)


def tell(*subjects, **more):
    return publish("member", [member(subject, **more) for subject in subjects], actor=OPERATOR)


def tell_answer():
    """Publish what no source of the samples says: an answer of the help desk."""
    words = {"question": "Which?", "answer": "This one.", "language": "en", "answered_on": "2026-11-23"}
    said = {"name": "Standard V3, 5.3", "family": "ps", "version": "ps-3", "criterion": "5.3", "made_up": True}
    return publish("published_answer", [ToPublish("2b2b2b2b", said | words)], actor=OPERATOR)


@pytest.fixture
def documented():
    """Check an answer against what the description says of the operation."""
    whole = described()

    def check(operation_path, status, answer):
        content = whole["paths"][operation_path]["get"]["responses"][str(status)]["content"]
        schema = next(iter(content.values()))["schema"]
        jsonschema.Draft202012Validator({**schema, "components": whole["components"]}).validate(answer)

    return check


def test_the_description_is_valid_openapi(db):
    validate(described())


def test_every_operation_of_the_samples_answers_as_documented_and_its_examples_are_real(samples, documented):
    tell_answer()
    asking_as = now()
    made = with_examples(asking.clocks_for(None, None, asking_as))
    validate(made)
    assert len(made["paths"]) >= 18
    for path, methods in made["paths"].items():
        content = methods["get"]["responses"]["200"]["content"]
        [(media, body)] = content.items()
        assert media == "application/json"
        example = body["examples"]["real"]
        assert answer_to(example["summary"]) == (200, example["value"])
        documented(path, 200, example["value"])
        if "422" in methods["get"]["responses"] and methods["get"]["operationId"].startswith("list_"):
            problem = methods["get"]["responses"]["422"]["content"]["application/problem+json"]["examples"]["real"]
            documented(path, 422, problem["value"])


@pytest.mark.parametrize("name", list(public_kinds()))
def test_all_rows_of_a_kind_come_once_each_as_documented(samples, client, documented, name):
    found, path = [], f"/{name}?limit=37&on=2021-06-30"
    while path:
        answer, body = get(client, path)
        assert answer.status_code == 200
        documented(f"/{name}", 200, body)
        assert len(body["items"]) <= 37
        found += [item["subject"] for item in body["items"]]
        path = body["next"]
        assert ("Link" in answer.headers) == bool(path)
    published = Publication.objects.filter(kind=public_kinds()[name].name).values_list("subject", flat=True)
    assert sorted(found) == sorted(set(published))


def test_a_row_is_the_publication_to_the_letter(samples, client):
    stored = Publication.objects.filter(kind="certificate").select_related("body").first()
    answer, body = get(client, f"/certificates/{stored.subject}")
    assert body["said"] == json.loads(stored.body.payload)
    assert f'"said":{stored.body.payload}'.encode() in answer.content
    assert body["publication"] == stored.pk


def test_a_timeline_says_which_segment_holds_on_the_day_and_why(samples, client, documented):
    stored = next(
        item
        for item in Publication.objects.filter(kind="certificate").select_related("body").order_by("pk")
        if len(json.loads(item.body.payload)["timeline"]) > 1
    )
    line = json.loads(stored.body.payload)["timeline"]
    for segment in line:
        _, body = get(client, f"/certificates/{stored.subject}/timeline?on={segment['first']}")
        documented("/certificates/{subject}/timeline", 200, body)
        assert body["on_day"] == segment
        assert body["on_day"]["reasons"]
    _, body = get(client, f"/certificates/{stored.subject}/timeline?on=1801-01-01")
    assert body["on_day"] is None


def test_pages_stand_still_while_others_publish(db, client):
    subjects = [f"{letter}{letter}234567" for letter in "bcdfghjkmn"]
    tell(*subjects)
    _, body = get(client, "/members?limit=4&on=2020-01-01")
    first = body["publication"]
    found, path = [item["subject"] for item in body["items"]], body["next"]
    while path:
        tell(subjects[0], name=f"renamed {len(found)}")
        tell(f"zz23456{len(found)}")
        publish("member", [ToPublish(subjects[9], None, "merged")], actor=OPERATOR)
        _, body = get(client, path)
        assert (body["publication"], body["on"]) == (first, "2020-01-01")
        found += [item["subject"] for item in body["items"]]
        path = body["next"]
    assert found == subjects
    _, body = get(client, "/members")
    assert subjects[9] not in [item["subject"] for item in body["items"]]
    assert body["publication"] > first


def test_both_clocks_hold_together(db, client, monkeypatch):
    def at(day):
        instant = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), dt.UTC)
        monkeypatch.setattr("alunite.foundation.publications.actions.timezone.now", lambda: instant)

    at("2026-03-01")
    tell("bb234567", name="first")
    at("2026-03-02")
    tell("bb234567", name="second")

    def name_as_of(day):
        answer, body = get(client, f"/members/bb234567?as_of={day}")
        return body["said"]["name"] if answer.status_code == 200 else answer.status_code

    assert [name_as_of(day) for day in ("2026-02-28", "2026-03-01", "2026-03-02")] == [404, "first", "second"]
    _, body = get(client, "/members?as_of=2026-02-28")
    assert body["items"] == []
    assert body["note"] == "Nothing had been published by the end of 2026-02-28."
    _, body = get(client, "/changes?as_of=2026-03-01")
    assert [item["what"] for item in body["items"]] == ["published"]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/members?limit=0&on=2020-13-01&foo=1", {"limit", "on", "foo"}),
        ("/members?limit=201&as_of=yesterday", {"limit", "as_of"}),
        ("/members?as_of=2199-01-01", {"as_of"}),
        ("/members?on=2020-01-01&on=2021-01-01", {"on"}),
        ("/members?after=made-up", {"after"}),
        ("/changes?kind=gossip&since=-1", {"kind", "since"}),
        ("/applicability?activity=knitting&cycle=second&on=1", {"standard", "activity", "cycle", "on"}),
        ("/?member=bb234567", {"member"}),
        ("/openapi.json?pretty=1", {"pretty"}),
    ],
)
def test_every_fault_of_a_question_is_told_at_once(samples, client, documented, path, names):
    answer, body = get(client, path)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert {fault["name"] for fault in body["faults"]} == names
    assert all(fault["expected"] for fault in body["faults"])
    assert body["status"] == 422
    assert body["type"].startswith(ROOT)
    documented("/members", 422, body)


def test_a_cursor_belongs_to_its_question(samples, client):
    _, body = get(client, "/members?limit=5&on=2020-01-01")
    cursor = body["next"].rpartition("after=")[2]
    for other in ("/members?limit=5&on=2020-01-02", "/members?limit=5", "/firms?limit=5&on=2020-01-01"):
        answer, _ = get(client, f"{other}{'&' if '?' in other else '?'}after={cursor}")
        assert answer.status_code == 422, other
    assert get(client, f"/members?limit=9&on=2020-01-01&after={cursor}")[0].status_code == 200
    assert get(client, f"/members?limit=5&on=2020-01-01&after={cursor[:-1]}x")[0].status_code == 422


def test_what_is_unchanged_is_not_sent_again(samples, client):
    for path in ("/", "/members", "/standard_versions/ps-3", "/openapi.json", "/changes"):
        answer, _ = get(client, path)
        tag = answer["ETag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again, body = get(client, path, if_none_match=known)
            assert (again.status_code, body, again["ETag"]) == (304, None, tag)
        assert get(client, path, if_none_match='"other"')[0].status_code == 200
    member_tag = get(client, "/members")[0]["ETag"]
    one_tag = get(client, "/standard_versions/ps-3")[0]["ETag"]
    tell("bb234567")
    assert get(client, "/members")[0]["ETag"] != member_tag
    assert get(client, "/standard_versions/ps-3")[0]["ETag"] == one_tag, "nothing new was said of it"
    assert get(client, "/members?on=2020-01-01")[0]["ETag"] != get(client, "/members?on=2020-01-02")[0]["ETag"]


def test_a_redaction_is_seen_by_whoever_keeps_answers(db, client):
    """A redaction makes no publication: what was kept under the same publication must not pass for unchanged."""
    told = tell("bb234567", name="Zyxqwvium Metals")[0]
    tell("cc234567")
    kept = [
        *(f"{ROOT}/{path}" for path in ("members", "members?limit=1", "changes", "openapi.json", "docs")),
        *("/data/members.csv", "/data/members.json", "/feeds/changes.atom", "/sitemap-0.xml", "/members/"),
    ]
    kept.append(get(client, "/members?limit=1")[1]["next"])
    assert get(client, "/members?limit=1")[1]["items"][0]["said"]["name"] == "Zyxqwvium Metals"
    before = {path: (answer := client.get(path), answer.getvalue())[0] for path in kept}
    assert b"zyxqwvium" in client.get(f"{ROOT}/openapi.json").content.lower(), "examples are of real rows"
    redact_by("D-1", [told.id])
    for path, answer in before.items():
        tag = answer.headers.get("ETag")
        again = client.get(path, headers={"if-none-match": tag} if tag else {})
        assert again.status_code == 200, f"{path} is said to be unchanged"
        assert b"zyxqwvium" not in again.getvalue().lower(), path
    assert "bb234567" not in client.get("/sitemap-0.xml").content.decode()


def test_every_address_takes_both_clocks_alone_and_together(samples, client):
    """Issue 3, section 2: "on every public page, API route and export, together too"."""
    tell_answer()
    today = now().last_day
    for path in (*described()["paths"], "/data/members.csv", "/feeds/changes.atom", "/feeds/records.atom"):
        subject = "ps-3" if "standard_versions" in path else _one(path)
        asked = "standard=ps-3&activity=bauxite_mining&" if path == "/applicability" else ""
        address = (ROOT if path in described()["paths"] else "") + path.replace("{subject}", subject)
        for clocks in (f"on={today}", f"as_of={today}", f"on=2020-06-30&as_of={today}"):
            assert client.get(f"{address}?{asked}{clocks}").status_code == 200, (path, clocks)
        answer = client.get(f"{address}?{asked}as_of=2001-01-01")
        assert answer.status_code == (404 if "{" in path or asked else 200), path


def _one(path):
    kind = {plural: kind.name for plural, kind in public_kinds().items()}.get(path.split("/")[1])
    return Publication.objects.filter(kind=kind).values_list("subject", flat=True).last() or ""


def test_a_timeline_that_names_a_later_publication_is_not_unchanged(samples, client):
    subject = Publication.objects.filter(kind="certificate").earliest("pk").subject
    for path in (f"/certificates/{subject}/timeline", "/standard_versions/ps-3/criteria"):
        answer, body = get(client, path)
        tell(f"bb2345{body['publication'] % 90 + 10}")
        again, later = get(client, path, if_none_match=answer["ETag"])
        assert (again.status_code, later["publication"] > body["publication"]) == (200, True)


def test_what_was_withdrawn_says_so_and_why(db, client, documented):
    tell("bb234567")
    publish("member", [ToPublish("bb234567", None, "merged")], actor=OPERATOR)
    answer, body = get(client, "/members/bb234567")
    assert (answer.status_code, body["reason"]) == (410, "merged")
    assert "successor" not in body
    assert "Link" not in answer
    documented("/members/{subject}", 410, body)
    answer, body = get(client, "/members/cc234567")
    assert answer.status_code == 404
    documented("/members/{subject}", 404, body)
    assert get(client, "/members/a%00b")[0].status_code == 404
    assert get(client, "/nothing/here")[0].status_code == 404


def test_a_merged_record_names_who_speaks_for_it_and_redirects_nobody(db, client, documented):
    tell("bb234567", "cc234567")
    publish("member", [ToPublish("bb234567", None, "merged", "cc234567")], actor=OPERATOR)
    answer, body = get(client, "/members/bb234567")
    documented("/members/{subject}", 410, body)
    assert (answer.status_code, body["reason"], body["successor"]) == (410, "merged", "cc234567")
    assert answer["Link"] == f'<{body["successor_address"]}>; rel="successor-version"'
    _, survivor = get(client, body["successor_address"])
    assert survivor["subject"] == "cc234567"
    _, newest = get(client, "/changes?limit=2")
    documented("/changes", 200, newest)
    assert [item["successor"] for item in newest["items"]] == ["cc234567", ""]


def test_an_empty_register_answers_too(db, client, documented):
    _, body = get(client, "/")
    documented("/", 200, body)
    assert body["publication"] == 0
    _, body = get(client, "/members")
    assert (body["items"], body["note"]) == ([], "Nothing has been published yet.")
    assert get(client, "/applicability?standard=unknown&activity=unknown")[0].status_code == 404
    assert get(client, "/openapi.json")[0].status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_for_reading_only(db, client, documented, method):
    answer = getattr(client, method)(f"{ROOT}/members")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    documented("/members", 405, json.loads(answer.content))


def test_pages_of_other_sites_may_read_it(db, client):
    asked = client.options(f"{ROOT}/members", headers={"origin": "https://elsewhere.example"})
    assert (asked.status_code, asked.content) == (204, b"")
    for answer in (asked, get(client, "/members")[0], get(client, "/members?limit=0")[0]):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
        assert "Set-Cookie" not in answer
        assert "Cookie" not in answer.get("Vary", "")
    assert "POST" not in asked["Access-Control-Allow-Methods"]


def test_head_answers_like_get_without_a_body(samples, client):
    head, full = client.head(f"{ROOT}/members"), client.get(f"{ROOT}/members")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == full["ETag"]


def test_more_than_a_client_may_ask_is_refused_for_the_rest_of_the_minute(db, client, documented, monkeypatch):
    monkeypatch.setattr("alunite.foundation.publications.allowances.time.time", lambda: 1_000_000_015)
    cache.clear()
    with override_settings(ALUNITE_API_REQUESTS_A_MINUTE=3):
        left = [get(client, "/members")[0]["RateLimit-Remaining"] for _ in range(3)]
        answer, body = get(client, "/members")
        assert left == ["2", "1", "0"]
        assert (answer.status_code, answer["Retry-After"], answer["RateLimit-Reset"]) == (429, "5", "5")
        documented("/members", 429, body)
        assert client.get("/data/members.csv").status_code == 429
        page = client.get("/members/")
        assert (page.status_code, "RateLimit-Limit" in page.headers) == (200, False), "pages for people are not counted"
        assert client.get(f"{ROOT}/members", REMOTE_ADDR="192.0.2.7").status_code == 200, "another client"
        monkeypatch.setattr("alunite.foundation.publications.allowances.time.time", lambda: 1_000_000_020)
        assert get(client, "/members")[0].status_code == 200
    with override_settings(ALUNITE_API_REQUESTS_A_MINUTE=0):
        assert "RateLimit-Limit" not in get(client, "/members")[0].headers


def test_whatever_goes_wrong_a_program_is_told_a_problem_and_a_person_a_page(db, client, documented, monkeypatch):
    """Issue 3, section 3: "RFC 9457 problems", also where Django answers before a view of ours or after it."""

    def fails(*_args, **_named):
        raise RuntimeError("with /secret/paths")

    monkeypatch.setattr(queries, "rows_of", fails)
    client.raise_request_exception = False
    many = "&".join(f"a{number}=" for number in range(1_001))
    asked = {
        500: [f"{ROOT}/members"],
        400: [f"{ROOT}/members?{many}", f"/data/members.csv?{many}"],
        404: ["/api/v2/members", f"{ROOT}/nothing", "/data/members.xlsx", "/feeds/nothing.atom"],
    }
    for status, paths in asked.items():
        for path in paths:
            answer = client.get(path)
            assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), path
            assert (answer["Access-Control-Allow-Origin"], answer["Cache-Control"]) == ("*", "no-store")
            assert b"secret" not in answer.content
            said = json.loads(answer.content)
            assert said["status"] == status
            documented("/members/{subject}", status, said)
    assert client.get(f"{ROOT}/members", headers={"host": "elsewhere.example"})["Content-Type"].endswith("problem+json")
    for path in ("/nothing/", f"/members/?{many}"):
        assert client.get(path)["Content-Type"].startswith("text/html")


def test_a_database_that_does_not_answer_is_told_as_a_problem(db, client, documented, monkeypatch):
    def fails(*_args, **_named):
        raise OperationalError("the disk is full of /secret/paths")

    monkeypatch.setattr(queries, "rows_of", fails)
    answer, body = get(client, "/members")
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
    assert b"secret" not in answer.content
    documented("/members", 503, body)


def test_applicability_is_the_rule_the_command_asks(samples, client, documented):
    pack = current_pack()
    standard = pack.standard("ps-3")
    day = dt.date(2024, 6, 1)
    activities = [pack.activities[0].id, pack.activities[3].id]
    expected = applicability(standard, pack, activities=activities, cycle="first", day=day)
    question = "&".join(f"activity={one}" for one in activities)
    _, body = get(client, f"/applicability?standard=ps-3&{question}&cycle=first&on=2024-06-01")
    documented("/applicability", 200, body)
    assert body["criteria"] == [answer.as_dict() for answer in expected]
    assert body["pack"] == pack.digest


def test_the_criteria_of_a_version_are_those_of_its_publication(samples, client, documented):
    pack = current_pack()
    _, body = get(client, "/standard_versions/ps-3/criteria")
    documented("/standard_versions/{subject}/criteria", 200, body)
    principles = [one for section in pack.standard("ps-3").sections for one in section.principles]
    numbers = [one.number for principle in principles for one in principle.criteria]
    assert [one["number"] for one in body["criteria"]] == numbers


def test_changes_keep_a_copy_in_step(db, client, documented):
    first, second = tell("bb234567", "cc234567")
    publish("member", [ToPublish("bb234567", None, "merged")], actor=OPERATOR)
    _, newest = get(client, "/changes")
    documented("/changes", 200, newest)
    assert [item["what"] for item in newest["items"]] == ["withdrawn", "published", "published"]
    _, since = get(client, f"/changes?since={first.id}")
    assert [item["publication"] for item in since["items"]] == [second.id, second.id + 1]
    _, one = get(client, "/changes?subject=cc234567&kind=member")
    assert [item["publication"] for item in one["items"]] == [second.id]
    found, path = [], "/changes?limit=1"
    while path:
        _, body = get(client, path)
        found += [item["publication"] for item in body["items"]]
        path = body["next"]
    assert found == [second.id + 1, second.id, first.id]


PATHS = [
    ("/members?limit={n}", 3),
    ("/members/{subject}", 2),
    ("/changes?limit={n}", 2),
    ("/members?limit={n}&as_of={today}", 4),
    ("/data/members.csv", 3),
    ("/data/members.json", 3),
    ("/feeds/changes.atom?limit={n}", 3),
    ("/feeds/next-audits.ics", 2),
    ("/sitemap-0.xml", 3),
]


@pytest.mark.parametrize(("path", "most"), PATHS)
def test_as_many_queries_for_20_rows_as_for_2(db, client, path, most):
    def asked(count):
        where = path.format(n=count, subject="bb234567", today=dt.datetime.now(dt.UTC).date())
        where = where if where.startswith(("/data", "/feeds", "/sitemap")) else ROOT + where
        with CaptureQueriesContext(connection) as found:
            answer = client.get(where)
            assert answer.status_code == 200
            assert len(answer.getvalue()) > 0
        return len(found)

    tell("bb234567", "cc234567")
    asked(2)  # the scheme's words are kept per process
    few = asked(2)
    tell(*(f"dd23456{letter}" for letter in "bcdfghjkmnpqrstvwx"))
    assert asked(20) == few <= most
