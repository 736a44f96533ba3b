"""Pages of the register: addresses that live for ever, sources and reasons, safety, and how little they ask for."""

from __future__ import annotations

import gzip
import html
import re
from html.parser import HTMLParser
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.identifiers import ALPHABET
from alunite.foundation.publications.queries import latest_payload
from alunite.front.register import named
from alunite.front.register.models import NOW, Record
from alunite.front.register.present.records import OTHERS_SHOWN
from alunite.front.register.queries import PAGE_LENGTH
from alunite.front.register.tests.world import address, said, shown
from alunite.front.register.urls import files, urlpatterns
from tests.decided import redact_by

RECORDS = ("certificate", "certification_event", "member", "firm")
MOST_QUERIES = 8


def first_of(kind: str) -> Record:
    found = Record.objects.filter(NOW, kind=kind, withdrawal="").order_by("subject").first()
    assert found is not None
    return found


def page_of(kind: str) -> str:
    if kind == "standard_version":
        return f"/standards/{first_of(kind).subject}/"
    return address(kind, first_of(kind).subject)


def text_of(answer) -> str:
    """What a reader sees: words without marks, with single spaces."""
    without = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", without).split()))


def every_page() -> list[str]:
    return ["/", "/register/", "/standards/", *(page_of(kind) for kind in (*RECORDS, "standard_version"))]


# Addresses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_answers_at_its_one_address_and_others_lead_there(client, samples, kind):
    found = first_of(kind)
    there = address(kind, found.subject)
    bare = there.replace(f"-{found.slug}", "")
    assert client.get(there).status_code == HTTPStatus.OK
    for other in (bare, bare[:-1] + "-an-old-name/", bare[:-1] + "-X_Y-/"):
        answer = client.get(other)
        assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
        assert answer["Location"] == there
        assert client.get(f"{other}?on=2020-06-30")["Location"] == f"{there}?on=2020-06-30", "the day asked for stays"


def test_a_name_that_changed_leaves_its_old_address_working(client, take_up):
    take_up({"record_id": "R1", "entity": "Old name"})
    event = said("certification_event", record_id="R1")
    old = address("certification_event", event["id"])
    assert old.endswith("-old-name/")
    take_up({"record_id": "R1", "entity": "New name"})
    answer = client.get(old)
    assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
    assert answer["Location"] == old.replace("old", "new")
    assert client.get(answer["Location"]).status_code == HTTPStatus.OK


def test_a_redirect_never_leads_off_the_site(client, samples):
    found = first_of("member")
    for query in ("//evil.example", "on=//evil.example/%0d%0aSet-Cookie:x", "%0d%0aLocation:%20https://evil.example"):
        answer = client.get(f"/members/{found.subject}/?{query}")
        assert answer["Location"].startswith(f"/members/{found.subject}-{found.slug}/?")
        assert "\n" not in answer["Location"]


@pytest.mark.parametrize("kind", RECORDS)
def test_an_id_nobody_has_is_not_found(client, samples, kind):
    folder = page_of(kind).split("/")[1]
    for subject in ("22222222", "22222222-some-name"):
        assert client.get(f"/{folder}/{subject}/").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("kind", RECORDS)
def test_an_id_of_another_kind_is_not_found(client, samples, kind):
    folder = page_of(kind).split("/")[1]
    other = first_of(next(name for name in RECORDS if name != kind))
    assert client.get(f"/{folder}/{other.subject}-{other.slug}/").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "path",
    [
        "/certificates/", "/certificates/56/", "/certificates/ABCDEFGH/", "/certificates/22222222-/", "/members/aaaaaaaa/",
        "/standards/no-such/", "/standards/../", "/certificates/22222222-é/", "/certificates/%00/", "/nothing/",
        "/register/x/", "/certificates/22222222/../../etc/passwd", "/events/222222222/", "/%ff/",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_are_not_found(client, samples, path):
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("kind", RECORDS)
def test_what_was_withdrawn_says_so_at_every_address_it_had_and_nothing_else_of_it(client, samples, kind):
    found = first_of(kind)
    there = address(kind, found.subject)
    payload = latest_payload(kind, found.subject)
    publish(kind, [ToPublish(found.subject, None, "merged")], actor=OPERATOR)
    for path in (there, there.replace(f"-{found.slug}", ""), there.replace(found.slug, "older")):
        answer = client.get(path)
        assert answer.status_code == HTTPStatus.GONE
        assert "merged" in text_of(answer), "the class of reason"
        assert found.title not in html.unescape(answer.content.decode())
        for value in (payload.get("scope"), payload.get("source_url")):
            assert not value or value == "unknown" or value not in html.unescape(answer.content.decode())


@pytest.mark.parametrize("kind", RECORDS)
def test_what_was_merged_leads_to_the_record_that_speaks_for_it(client, samples, kind):
    found = first_of(kind)
    others = Record.objects.filter(NOW, kind=kind, withdrawal="").exclude(subject=found.subject)
    other = others.order_by("subject").first()
    payload = latest_payload(kind, found.subject)
    publish(kind, [ToPublish(found.subject, None, "merged", other.subject)], actor=OPERATOR)
    answer = client.get(address(kind, found.subject) + "?on=2024-01-01")
    assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
    assert answer["Location"] == address(kind, other.subject) + "?on=2024-01-01"
    assert answer["Cache-Control"] == "no-cache", "a merge can be undone"
    publish(kind, [ToPublish(found.subject, payload)], actor=OPERATOR)
    assert client.get(address(kind, found.subject)).status_code == HTTPStatus.OK


def test_what_was_redacted_is_gone_too_and_out_of_list_and_search(client, samples):
    row = shown("certificate", certificate_number="56")
    there = address("certificate", row.subject)
    redact_by("D-1", [row.publication])
    assert client.get(there).status_code == HTTPStatus.GONE
    assert client.get("/register/?q=56+aludium").context["listing"].certificates == 0


def test_a_standard_that_was_withdrawn_is_gone(client, samples):
    publish("standard_version", [ToPublish("ps-2", None, "superseded")], actor=OPERATOR)
    assert client.get("/standards/ps-2/").status_code == HTTPStatus.GONE
    assert client.get("/standards/").status_code == HTTPStatus.OK


def test_public_ids_are_short_and_cannot_be_guessed_by_counting(samples):
    ids = list(Record.objects.filter(NOW, kind__in=RECORDS).values_list("subject", flat=True))
    assert all(re.fullmatch(f"[{ALPHABET}]{{8}}", subject) for subject in ids)
    assert len(set(ids)) == len(ids)


# What a page says ---------------------------------------------------------------------------------------------------


def test_the_page_of_certificate_56_names_source_dates_and_why(client, samples):
    """Row C001 of the file: issued 2019-12-13, last day 2022-12-12, reported by readkong.com."""
    row = shown("certificate", certificate_number="56")
    answer = client.get(address("certificate", row.subject))
    seen = text_of(answer)
    assert "readkong.com" in seen
    source = "https://readkong.com/page/aludium-premium-aluminium-asi-certification-1255098"
    assert f'href="{source}"' in answer.content.decode()
    for words in ("56", "Aludium Alicante Facility", "Aludium Premium Aluminium", "DNV GL", "Spain"):
        assert words in seen
    assert "13 Dec 2019" in seen
    assert "12 Dec 2022" in seen
    reasons = answer.context["page"].reasons
    assert reasons
    for reason in reasons:
        assert reason.text in seen
        assert reason.note in {"reported by readkong.com", "from the records held here", "? unknown"}, (
            "never shown as the scheme's own word"
        )
    assert "Expired" in seen


def test_an_event_page_tells_that_its_certificate_is_not_identified_and_names_its_source(client, samples):
    event = said("certification_event", record_id="C174")
    answer = client.get(address("certification_event", event["id"]))
    seen = text_of(answer)
    assert "announced" in seen.casefold()
    assert "7 May 2023" in seen
    assert event["source_url"] in html.unescape(answer.content.decode())
    assert answer.context["page"].status.state == "unknown"


def test_an_event_under_a_certificate_leads_to_it(client, samples):
    event = said("certification_event", record_id="C001")
    answer = client.get(address("certification_event", event["id"]))
    assert address("certificate", event["certificate"]) in answer.content.decode()


def test_a_page_asked_for_a_day_says_the_state_of_that_day(client, samples):
    row = shown("certificate", certificate_number="56")
    there = address("certificate", row.subject)
    states = {
        day: client.get(f"{there}?on={day}").context["page"].status.state
        for day in ("2019-12-12", "2019-12-13", "2022-12-12", "2022-12-13")
    }
    assert list(states.values()) == ["none", "active", "active", "expired"]


def test_a_member_page_lists_the_members_lines(client, samples):
    member = said("member", name="Aluminium Bahrain (Alba)")
    answer = client.get(address("member", member["id"]))
    assert len(answer.context["lines"]) == 3, "C097, C174 and C175 name this member"
    assert "Alba" in text_of(answer)


def test_a_standard_page_has_every_criterion(client, samples):
    """PS V3 has 62 criteria, PS V2 has 59 (issue 2, section 3)."""
    for version, count in (("ps-3", 62), ("ps-2", 59)):
        answer = client.get(f"/standards/{version}/")
        assert answer.context["criteria"] == count


def test_pages_before_any_scheme_or_row_say_what_to_do(client, db):
    for path in ("/", "/register/", "/standards/"):
        answer = client.get(path)
        assert answer.status_code == HTTPStatus.OK
        assert len(text_of(answer)) > 40
    assert client.get("/register/?on=2020-06-30&q=x").status_code == HTTPStatus.OK


# Safety -------------------------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{ 7|add:'7' }}{% debug %}",
    "</title><script>alert(2)</script>",
    "javascript:alert(1)",
    "\u202egnp.exe & <b>bold</b>",
]


class Found(HTMLParser):
    """Elements and attributes a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.unsafe: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "script" and not given.get("src") and "json" not in (given.get("type") or ""):
            self.unsafe.append("an inline script")
        if tag in {"style", "object", "embed", "base", "iframe"}:
            self.unsafe.append(f"<{tag}>")
        if tag in {"b", "svg"} and "onload" in given:
            self.unsafe.append("an injected element")
        for name, value in attrs:
            if name.startswith("on") and name != "on":
                self.unsafe.append(f"{name} of <{tag}>")
            if name == "style":
                self.unsafe.append(f"style of <{tag}>")
            if name in {"href", "src", "action"} and re.match(
                r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE
            ):
                self.unsafe.append(f"{name}={value}")
            # A link to the page itself, whole or in another language, loads nothing.
            loads = tag in {"script", "img"} or (tag == "link" and given.get("rel") not in {"canonical", "alternate"})
            if name in {"src", "href"} and loads and re.match(r"(https?:)?//", value or ""):
                self.unsafe.append(f"{tag} from elsewhere: {value}")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_file_says_is_shown_and_never_run(client, take_up, hostile):
    flat = hostile.replace(";", "")
    take_up(
        {
            "record_id": "R1",
            "certificate_number": hostile[:60],
            "entity": hostile,
            "member": flat,
            "scope": hostile,
            "audit_firm": hostile,
            "issue_date": "2024-01-01",
            "expiry_date": "2026-12-31",
        },
        {"record_id": f"R2 {hostile}", "entity": hostile, "member": flat, "scope": hostile, "audit_firm": hostile},
    )
    for path in [
        "/",
        "/register/",
        *(address(item.kind, item.subject) for item in Record.objects.filter(NOW, kind__in=RECORDS)),
    ]:
        answer = client.get(path)
        assert answer.status_code == HTTPStatus.OK
        page = answer.content.decode()
        assert Found(page).unsafe == []
        assert "<script>alert" not in page
        assert "<b>bold" not in page
        assert "14" not in re.findall(r"\b7?14\b", text_of(answer)) or "{{" not in hostile
    row = shown("certificate")
    assert hostile in html.unescape(client.get(address("certificate", row.subject)).content.decode()), (
        "shown as it was said"
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_reader_types_is_shown_and_never_run(client, samples, hostile):
    for name in ("q", "on", "standard", "activity", "country", "after"):
        page = client.get("/register/", {name: hostile}).content.decode()
        assert Found(page).unsafe == []
        assert "<script>alert" not in page
    row = shown("certificate", certificate_number="56")
    assert Found(client.get(address("certificate", row.subject), {"on": hostile}).content.decode()).unsafe == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,<script>", "ftp://example.org/", "//evil", "x"])
def test_a_source_that_is_no_web_address_is_never_taken_up(take_up, url):
    with pytest.raises(AssertionError, match="source_url"):
        take_up({"record_id": "R1", "source_url": url})
    assert not Record.objects.filter(kind="certification_event").exists()


def test_every_page_bears_the_headers_of_a_careful_site(client, samples):
    found = first_of("member")
    gone = first_of("firm")
    gone_at = address("firm", gone.subject)
    publish("firm", [ToPublish(gone.subject, None, "merged")], actor=OPERATOR)
    paths = [path for path in every_page() if not path.startswith("/firms/")]
    expectations = dict.fromkeys(paths, 200) | {
        "/nothing/": 404,
        "/register/?on=x": 400,
        f"/members/{found.subject}/": 301,
        gone_at: 410,
        "/account/login/": 200,
        "/account/signup/": 200,
        "/imports/": 302,
    }
    for path, status in expectations.items():
        answer = client.get(path)
        assert answer.status_code == status, path
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert part in policy, path
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        if answer.content:
            assert Found(answer.content.decode()).unsafe == [], f"{path}: the policy would block it"


def test_a_form_from_elsewhere_gets_the_headers_too(samples):
    answer = Client(enforce_csrf_checks=True).post("/account/login/", {})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert Found(answer.content.decode()).unsafe == []


def test_the_public_pages_set_no_cookie(client, samples):
    for path in every_page():
        assert not client.get(path).cookies, path


def test_pages_answer_head_and_refuse_what_would_change_something(client, samples):
    for path in every_page():
        whole, head = client.get(path), client.head(path)
        assert head.status_code == whole.status_code == HTTPStatus.OK
        assert head.content == b""
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED, f"{method} {path}"


def test_pages_are_sent_compressed_to_whoever_takes_it(client, samples):
    plain = client.get("/register/?on=2024-01-01")
    packed = client.get("/register/?on=2024-01-01", headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3
    assert "Content-Encoding" not in plain


def test_a_host_that_is_not_ours_is_refused(client, samples):
    assert client.get("/", headers={"host": "evil.example"}).status_code == HTTPStatus.BAD_REQUEST


# How little they ask for --------------------------------------------------------------------------------------------


def rows(first: int, last: int) -> list[dict[str, str]]:
    """Half of them under one certificate with a member and a firm in common, half events of their own."""
    return [
        {
            "record_id": f"R{number:03}",
            "certificate_number": "56" if number % 2 else "",
            "entity": f"Works {number}",
            "member": "Common Metals;Second Metals" if number % 2 else f"Common Metals;Member {number}",
            "country": "NO",
            "level": "full",
            "supply_chain_activities": "Casthouses",
            "audit_firm": "Common Firm",
            "issue_date": f"20{number % 20 + 10}-01-15" if number % 2 else "",
            "announced_date": "2024-05",
        }
        for number in range(first, last)
    ]


def pages_to_count() -> dict[str, str]:
    event = said("certification_event", record_id="R000")
    certificate = shown("certificate")
    return {
        "home": "/",
        "chart": "/charts/activities.csv?on=2024-01-01",
        "chart drawn": "/charts/activities.svg?on=2024-01-01",
        "chart as a picture": "/charts/activities.png?on=2024-01-01",
        "card": "/cards/register.png",
        "card of a certificate": f"/cards/certificate/{certificate.subject}.png?on=2024-01-01",
        "list": "/register/",
        "list with all": "/register/?q=works&on=2024-12-31&country=NO&activity=casthouses&standard=ps",
        "list at fault": "/register/?on=x&country=y",
        "list as a table": "/register.csv?on=2024-12-31&country=NO",
        "list as JSON": "/register.json?on=2024-12-31&country=NO",
        "list's file at fault": "/register.csv?on=x&country=y",
        "certificate": address("certificate", certificate.subject) + "?on=2024-01-01",
        "event": address("certification_event", event["id"]),
        "member": address("member", said("member", name="Common Metals")["id"]) + "?on=2024-01-01",
        "firm": address("firm", said("firm", name="Common Firm")["id"]),
        "standards": "/standards/",
        "standard": "/standards/ps-3/",
        "criterion": "/standards/ps-3/5.2/",
        "applies": "/standards/applies/?activity=casthouses&on=2024-01-01",
        "applies as a sheet": "/standards/applies.xlsx?activity=casthouses",
        "applies as a table": "/standards/applies.csv?activity=casthouses&on=2024-01-01",
        "compare": "/standards/compare/",
        "compare as a table": "/standards/compare.csv",
        "versions": "/standards/versions/?on=2022-05-25",
        "not found": "/certificates/22222222/",
        "moved": f"/certificates/{certificate.subject}/",
    }


def counted(client) -> dict[str, int]:
    found = {}
    for name, path in pages_to_count().items():
        client.get(path).getvalue()  # the first to ask since a publication lets the process learn of it
        with CaptureQueriesContext(connection) as queries:
            client.get(path).getvalue()  # what is written piece by piece asks while it is read
        found[name] = len(queries)
    return found


# Counted where they are tested: test_map, test_changes, test_places, test_facts, test_about.
COUNTED_ELSEWHERE = frozenset(
    (
        *("map", "map_geojson", "register_compare", "countries", "country", "activities", "activity", "about"),
        *("members", "firms", "facilities", "facility", "figures", "figure"),
    )
)


def test_of_every_address_of_the_register_it_is_counted_how_often_it_asks(take_up):
    take_up(*rows(0, 2))
    counted_here = {resolve(path.partition("?")[0]).url_name for path in pages_to_count().values()}
    assert counted_here | COUNTED_ELSEWHERE == {route.name for route in (*urlpatterns, *files)}
    assert not counted_here & COUNTED_ELSEWHERE


def test_every_page_asks_the_same_for_two_rows_and_for_twenty_and_at_most_eight_times(client, take_up):
    take_up(*rows(0, 2))
    few = counted(client)
    take_up(*rows(2, 20))
    assert len(client.get(pages_to_count()["list"]).context["lines"]) == 11
    assert len(client.get(pages_to_count()["certificate"]).context["page"].events) == 10
    many = counted(client)
    assert many == few
    assert max(many.values()) <= MOST_QUERIES, many


FILES = (
    *("/register.csv", "/register.json", "/map.geojson", "/standards/applies.csv", "/standards/applies.xlsx"),
    *("/standards/compare.csv", "/charts/activities.csv", "/charts/activities.svg", "/charts/activities.png"),
    *("/cards/register.png", "/cards/certificate/22222222.png"),
)


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_cannot_be_asked_for_so_is_a_problem_with_every_fault(client, scheme, path):
    answer = client.get(f"{path}?on=soon&as_of=2026-13-01")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["status"], told["type"]) == (422, "/api/v1/public/docs#not-understood")
    assert [(one["where"], one["name"], one["value"]) for one in told["faults"]] == [
        ("query", "on", "soon"),
        ("query", "as_of", "2026-13-01"),
    ]
    assert all("2020-06-30" in one["expected"] for one in told["faults"])


def test_a_problem_names_a_parameter_that_nothing_knows(client, scheme):
    told = client.get("/register.json?countri=NO&countri=SE&sort=odd").json()
    assert {one["name"]: one["value"] for one in told["faults"]} == {"sort": "odd", "countri": "NO, SE"}


@pytest.mark.parametrize(
    "path",
    [
        "/charts/none.csv",
        "/fr/charts/none.png",
        "/cards/certificate/22222222.png",
        "/standards/applies.csv",
        "/no.json",
    ],
)
def test_a_file_there_is_not_is_a_problem_too(client, db, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (HTTPStatus.NOT_FOUND, "application/problem+json")
    assert answer.json()["title"] == "There is nothing published under this address."


def test_who_asks_first_after_a_publication_asks_at_most_three_times_more(client, take_up):
    take_up(*rows(0, 2))
    client.get("/register/")
    with CaptureQueriesContext(connection) as usual:
        client.get("/register/?on=2024-12-31&q=works")
        client.get("/register/?on=2024-12-31&q=works")
    for first in (2, 20):
        take_up(*rows(first, first + 18))
        with CaptureQueriesContext(connection) as more:
            client.get("/register/?on=2024-12-31&q=works")
            client.get("/register/?on=2024-12-31&q=works")
        assert len(more) <= len(usual) + 3


def test_the_list_asks_no_more_on_its_second_page(client, samples, django_assert_num_queries):
    first = client.get("/register/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/register/")
    with django_assert_num_queries(len(queries)):
        answer = client.get(f"/register/?{first.context['next']}")
    assert 0 < len(answer.context["lines"]) <= PAGE_LENGTH


# What stands beside a record ------------------------------------------------------------------------------------------


def works(number: int, issued: int, **more: str) -> dict[str, str]:
    day = {"issue_date": f"{issued}-01-15", "expiry_date": f"{issued + 3}-01-14"}
    return {"record_id": f"R{number:03}", "certificate_number": str(number), "entity": "Hill works", **day} | more


def test_a_record_leads_to_a_later_one_of_the_same_name_under_the_same_standard(client, take_up):
    take_up(works(1, 2018), works(2, 2022), works(3, 2024, standard="CoC"), works(4, 2024, entity="Other works"))
    page = client.get(address("certificate", shown("certificate", certificate_number="1").subject))
    assert page.context["page"].later.url == address(
        "certificate", shown("certificate", certificate_number="2").subject
    )
    assert "No later record" not in text_of(page)
    last = text_of(client.get(address("certificate", shown("certificate", certificate_number="2").subject)))
    assert "No later record of the same name is known to this register." in last
    assert "2 other records here bear this name; none is a later one under this standard." in last


def test_what_was_published_later_is_not_known_as_of_a_day_before_it(client, take_up):
    take_up(works(1, 2018))
    there = address("certificate", shown("certificate", certificate_number="1").subject)
    assert client.get(there).context["page"].later is None
    first = Record.objects.order_by("-publication").first()
    take_up(works(2, 2022))
    assert client.get(there).context["page"].later is not None
    found = Record.objects.get(NOW, kind="certificate", payload__certificate_number="1")
    beside = named.beside(found, found.payload["members"][0]["id"], first.publication)
    assert {item.payload["certificate_number"] for item in beside} == {"1"}


def test_however_many_records_name_a_member_a_page_shows_a_few(client, take_up):
    take_up(*(works(number, 2018, entity=f"Works {number}") for number in range(1, 40)))
    page = client.get(address("certificate", shown("certificate", certificate_number="1").subject))
    assert len(page.context["page"].others) == OTHERS_SHOWN
    assert page.context["page"].has_more_others
    assert "All of them in the register" in text_of(page)
