"""The permission matrix: every address × everybody → what they get. A new address without a row fails.

The table stands in `permissions/table.py` and is reviewed by reading it. `docs/reference/permissions.md` shows the same
table; after a change write it anew:

    WRITE_DOCS=1 .venv/bin/pytest tests/test_permissions.py
"""

from __future__ import annotations

import copy
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from alunite.foundation.accounts.actions import add_person, affiliate, edit_organisation, values_of
from alunite.foundation.accounts.cast import CAST
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import IMPORTER, OPERATOR
from alunite.foundation.accounts.roles import OrganisationKind
from alunite.foundation.decisions.actions import propose_decision
from alunite.foundation.history import editing
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.models import Batch
from alunite.foundation.importing.uploads import keep_upload
from alunite.foundation.merging.actions import dismiss_proposal
from alunite.foundation.merging.models import Proposal
from alunite.foundation.publications.dictionary import public_kinds
from alunite.foundation.publications.models import Publication
from alunite.front.register.tests.world import undone
from tests.cast import EVERYBODY, PLAYERS, THE_PUBLIC
from tests.permissions.table import lines
from tests.permissions.world import World, made, world

__all__ = ["made", "world"]  # fixtures

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "permissions.md"

LEGEND = """# Who gets what

Every address of the site, tried as each of the cast (`alunite/foundation/accounts/cast.py`) and as the public. The
table is `TABLE` in `tests/permissions/table.py`, and the tests compare this page, the table and the running site.

200 is shown · 301 moved to its full address · 302 sent elsewhere: whoever is not signed in to the sign-in page, whoever
is to their account · 404 not there, or not for you: the answer is the same · 405 this is for reading only · 410 was
withdrawn · 422 not a question this address understands.

"""


def routes() -> set[str]:
    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            path = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver) and pattern.app_name == "admin":
                yield path  # what lies below is walked by tests/test_reading_room.py
            elif isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            else:
                yield path

    return set(walk(get_resolver().url_patterns, "/"))


def page() -> str:
    head = ["Address", "Case", "Method", *EVERYBODY]
    rows = [
        [f"`{line.route}`", line.case, line.method, *(str(answer) for answer in line.answers.values())]
        for line in sorted(lines(), key=lambda line: line.route)
    ]
    table = [head, ["---"] * len(head), *rows]
    who = "".join(f"- `{player.username}`: {player.is_who}\n" for player in CAST)
    return LEGEND + "".join(f"| {' | '.join(row)} |\n" for row in table) + "\n" + who


# Steps of signing in itself: whoever is at none of them begins at the sign-in page.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ALL_KINDS_OF_PEOPLE = ("member", "office", "stranger", THE_PUBLIC)
NOT_LED_BACK = ("/logout/", "/second-factor/authenticate/", "/keys/login/", "/api/", "/api/v1/")


def test_every_address_has_a_row_and_every_row_an_address():
    said = {line.route for line in lines()}
    assert said == routes(), "add a row to TABLE for what is new, and take out what is gone"


def test_every_row_of_the_table_stands_once():
    keys = [(line.route, line.case, line.method) for line in lines()]
    assert len(keys) == len(set(keys))


def ask(world: World, name: str, method: str, route: str, case: str) -> HttpResponse:
    """Ask as somebody, and undo what came of it."""
    path = world.paths.get((route, case), route)
    assert "<" not in path, f"{route}, {case}: say its path in `places`"
    client, body = world.cast[name], world.bodies.get((route, case))
    before = copy.deepcopy(client.cookies)
    cache.clear()  # how often each asked is counted there
    with undone():
        answer = client.generic(method, path) if body is None else client.post(path, body)
        answer.getvalue()
    client.cookies = before
    return answer


@pytest.mark.soak
def test_everybody_gets_what_the_table_says(world, soak):
    """Everybody asks for everything; on PostgreSQL, at less than full length, three drawn by lot for each row."""
    said = []
    lot = random.Random(8)
    is_sample = connection.vendor == "postgresql" and soak < 1
    for line in lines():
        asking = list(line.answers.items())
        for name, expected in lot.sample(asking, min(3, len(asking))) if is_sample else asking:
            answer = ask(world, name, line.method, line.route, line.case)
            if answer.status_code != expected:
                said.append(f"{line.method} {line.route} ({line.case}) as {name}: {answer.status_code}, not {expected}")
    assert not said, "\n".join(said)


@pytest.mark.soak
def test_a_method_without_a_row_does_nothing_for_anybody(world, soak):
    """GET and POST have a row wherever they are taken; other methods are refused, and HEAD says what GET says.

    Every address is asked by every method. Who asks is drawn by lot, one of the four, the same each time; at full length
    all four ask.
    """
    told = {(line.route, line.method) for line in lines()}
    said = []
    lot = random.Random(6)
    asking = [
        (route, case, name)
        for route, case in sorted({(line.route, line.case) for line in lines()})
        for name in lot.sample(ALL_KINDS_OF_PEOPLE, max(1, min(4, round(4 * soak))))
    ]
    for route, case, name in asking:
        if (route, case) in world.bodies:
            continue
        by_the_library = route.startswith(("/account/", "/^account/"))
        # The library's forms take PUT as they take POST, and its other pages answer whatever they are asked.
        for method in ("GET", "POST") if by_the_library else ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if (route, method) not in told:
                answer = ask(world, name, method, route, case).status_code
                # Whoever may not come in at all hears that first.
                if answer not in ({405} if by_the_library else {405, 404, 302}):
                    said.append(f"{method} {route} ({case}) as {name}: {answer}; it needs a row")
        if (route, "GET") in told and not by_the_library:
            shown, head = (ask(world, name, method, route, case) for method in ("GET", "HEAD"))
            if (shown.status_code, b"") != (head.status_code, head.getvalue()):
                said.append(f"HEAD {route} ({case}) as {name}: {head.status_code}, GET: {shown.status_code}")
    assert not said, "\n".join(said)


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(world):
    for line in lines():
        if (
            line.answers[THE_PUBLIC] == 302
            and not line.route.endswith(NOT_LED_BACK)
            and (line.route, line.case) not in world.bodies
        ):
            path = world.paths.get((line.route, line.case), line.route)
            answer = ask(world, THE_PUBLIC, line.method, line.route, line.case)
            assert unquote(answer["Location"]) == f"/account/login/?next={path}"


# Of one's own requests: which they are, when, and how many one has left.
DRAWN_BY_LOT = frozenset({"Content-Length", "Expires", "X-Request-ID", "RateLimit-Remaining", "RateLimit-Reset"})


def as_told(answer: HttpResponse, path: str) -> tuple[int, str, dict[str, Any], list[str]]:
    """Status, body, headers and names of cookies, without the address asked for and what is drawn by lot.

    Everything else has to be equal, so that no length is compared: there is no difference for it to show.
    """
    body = answer.getvalue().decode(errors="replace").replace(path, "(the address)")
    body = re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"[^"]*"', r'\1""', body)
    body = body.replace(answer["X-Request-ID"], "(the request)")
    headers = {key: value for key, value in answer.headers.items() if key not in DRAWN_BY_LOT}
    if "Content-Security-Policy" in headers:
        headers["Content-Security-Policy"] = sorted(headers["Content-Security-Policy"].split("; "))
    if "Location" in headers:
        headers["Location"] = unquote(headers["Location"]).replace(path, "(the address)")
    return answer.status_code, body, headers, sorted(answer.cookies)


# Addresses of single things that are somebody's, and of lists of them.
PRIVATE = (
    *("/organisations/", "/affiliations/", "/invitations/", "/imports/", "/decisions/", "/duplicates/", "/tables/"),
    "/work/",
)
OF_FACTORS = "/account/second-factor/keys/<int:pk>/remove/"


@pytest.mark.parametrize("name", PLAYERS)
def test_what_is_not_for_somebody_answers_like_what_does_not_exist(world, name):
    """design.md: the stranger gets the same 404 for what exists and what does not. So does everybody else."""
    missing = {method: as_told(world.cast[name].generic(method, "/nothing/"), "/nothing/") for method in METHODS}
    assert missing["GET"][0] == 404
    told = []
    tried = 0
    for line in lines():
        if line.route.startswith(PRIVATE) and line.answers[name] == 404:
            path = world.paths.get((line.route, line.case), line.route)
            tried += 1
            if as_told(ask(world, name, line.method, line.route, line.case), path) != missing[line.method]:
                told.append(f"{line.method} {path} ({line.case})")
    assert told == []
    assert tried >= 10


@pytest.mark.parametrize("name", ["stranger", THE_PUBLIC])
def test_no_method_tells_what_exists_from_what_does_not(world, name):
    """Every address with an object in it, by every method: status, body, headers and cookies are the same."""
    kept: dict[str, set[str]] = defaultdict(set)
    for line in lines():
        if "<" in line.route and line.route.startswith((*PRIVATE, OF_FACTORS)):
            kept[line.route].add(line.case)
    # The address of a person's own way in tells nothing either: what is asked first is who one is.
    nowhere = {"before confirming who one is"}
    for route, cases in kept.items():
        absent = next(case for case in sorted(cases) if case.startswith("nobody's") or case in nowhere)
        assert len(cases) > 1, f"{route}: it needs a case of what exists and one of what does not"
        for method in (*METHODS, "HEAD", "OPTIONS"):
            wanted = as_told(ask_plainly(world, name, method, route, absent), world.paths[route, absent])
            for case in cases - {absent}:
                found = as_told(ask_plainly(world, name, method, route, case), world.paths[route, case])
                assert found == wanted, f"{method} {route} ({case})"


def ask_plainly(world: World, name: str, method: str, route: str, case: str) -> HttpResponse:
    """Ask without a body, whatever the case says."""
    with undone():
        return world.cast[name].generic(method, world.paths[route, case])


def test_a_reset_of_a_password_tells_nothing_of_who_has_an_account(world):
    route = "/account/password/reset/"
    said = [
        as_told(ask(world, THE_PUBLIC, "POST", route, case), route)
        for case in ("an address nobody has", "an address somebody has")
    ]
    assert said[0] == said[1]


HIDDEN = "Zyxwv"


def public_answers(world: World) -> dict[str, Any]:
    """What the stranger and the public are told at every address that shows something, and when they look for it."""
    api = "/api/v1/public"
    asked = [
        f"/register/?q={HIDDEN}",
        "/register/?q=a",
        f"{api}/records?q={HIDDEN}",
        f"{api}/records?limit=1",
        f"{api}/members?limit=3",
        f"{api}/changes?limit=100",
        *(f"/data/{name}.{form}" for name in public_kinds() for form in ("csv", "json")),
    ]
    for line in lines():
        shown = line.method == "GET" and line.answers[THE_PUBLIC] == line.answers["stranger"] != 302
        # Numbers for whoever runs the site, from this machine only; a mail's link; the library's own pages.
        if shown and not line.route.startswith(("/metrics", "/invitation/", "/account/", "/^account/", "/demo/")):
            asked.append(world.paths.get((line.route, line.case), line.route))
    return {
        f"{path} as {name}": as_told(world.cast[name].get(path), path)
        for path in asked
        for name in ("stranger", THE_PUBLIC)
    }


def test_no_public_answer_changes_with_what_is_private(world, tmp_path):
    """Search and its counts, feeds, site map, downloads, lists and pages: byte for byte, headers too."""
    cast = world.cast
    before = public_answers(world)
    assert len(before) > 100
    place = Organisation.objects.create(name=f"{HIDDEN} Works", kind=OrganisationKind.MEMBER)
    add_person(f"{HIDDEN}@example.org", actor=OPERATOR, display_name=f"{HIDDEN} Person")
    affiliate(f"{HIDDEN}@example.org", place, "admin", actor=OPERATOR)
    mark = editing.mark("organisation", place.pk, values_of(place))
    edit_organisation(place, {"name": f"{HIDDEN} Metals"}, mark=mark, actor=cast.actor("office"))
    invite(place, f"{HIDDEN}@example.net", "manager", actor=OPERATOR, origin="http://testserver")
    newest = Publication.objects.filter(kind="firm").latest("pk")
    made = propose_decision("redact", str(newest.pk), ground="safety", note=HIDDEN, actor=cast.actor("office"))
    assert made.pk
    pair = Proposal.objects.order_by("-pk")[0]
    dismiss_proposal(pair.pk, version=pair.version, note=HIDDEN, actor=cast.actor("office"))
    # A file with nothing new publishes nothing; the batch of one that had something is the office's to see.
    export_statements(import_kind("members"), tmp_path / f"{HIDDEN}.csv")
    assert not import_files([("members", tmp_path / f"{HIDDEN}.csv")], actor=IMPORTER).faults
    counts = {"rows": 1, "created": 1, "changed": 0, "unchanged": 0}
    Batch.objects.create(
        kind="members", file=f"{HIDDEN}.csv", sha256="0" * 64, actor="import", at=timezone.now(), **counts
    )
    keep_upload([SimpleUploadedFile(f"{HIDDEN}.csv", b"name")], [], actor=cast.actor("office"))
    Client().post("/account/login/", {"login": HIDDEN, "password": HIDDEN})
    after = public_answers(world)
    assert [where for where in before if after[where] != before[where]] == []
    assert after.keys() == before.keys()


def test_pages_for_the_public_hold_nothing_of_people_or_organisations(world):
    """Everything a visitor can reach, searched for every name and id of the cast."""
    cast, paths = world.cast, world.paths
    private = {str(cast.person(name).pk) for name in PLAYERS} | {str(cast.person(name)) for name in PLAYERS}
    private |= {str(place) for name in PLAYERS if name != "stranger" for place in [cast.organisation(name)]}
    for line in lines():
        # An invitation's link is a secret of whoever it was sent to.
        if line.method == "GET" and line.case != "one that holds":
            body = (
                cast[THE_PUBLIC].get(paths.get((line.route, line.case), line.route)).getvalue().decode(errors="replace")
            )
            assert [value for value in private if value in body] == [], line.route


def test_the_reference_page_shows_this_table():
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page(), "write it anew as this file's head says, and review the difference"
