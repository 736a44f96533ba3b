"""The permission matrix: every address × everybody → what they get. A new address without a row fails.

The table is reviewed by reading it. `docs/reference/permissions.md` shows the same table; after a change write it anew:

    WRITE_DOCS=1 .venv/bin/pytest tests/test_permissions.py
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from alunite.foundation.accounts.cast import CAST
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.decisions.actions import propose_decision
from alunite.foundation.importing.models import Batch
from alunite.foundation.importing.uploads import keep_upload
from alunite.foundation.keys.signing import ensure_signing_key
from alunite.foundation.merging.actions import propose_duplicates
from alunite.foundation.merging.models import Proposal
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.dictionary import public_kinds
from alunite.foundation.publications.models import Publication
from alunite.front.register.models import Record
from tests.cast import EVERYBODY, PLAYERS, THE_PUBLIC, Cast, make_cast

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "permissions.md"

# One line per address, case and method; then the status for each of EVERYBODY, in that order:
# member, colleague, auditor, junior, assurance, office, committee, buyer, stranger, the public.
# 302 for the public leads to the sign-in page, with the way back. 404 says the same of what exists and what does not.
TABLE = """
/                                             | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/                                             | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/register/                                    | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/register/                                    | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/certificates/<public_id:subject>/            | without its name          | GET  | 301 301 301 301 301 301 301 301 301 301
/certificates/<public_id:subject>-<slug:slug>/| published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/certificates/<public_id:subject>-<slug:slug>/| withdrawn                 | GET  | 410 410 410 410 410 410 410 410 410 410
/certificates/<public_id:subject>-<slug:slug>/| nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/events/<public_id:subject>/                  | without its name          | GET  | 301 301 301 301 301 301 301 301 301 301
/events/<public_id:subject>-<slug:slug>/      | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/events/<public_id:subject>-<slug:slug>/      | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/members/                                     | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/members/<public_id:subject>/                 | without its name          | GET  | 301 301 301 301 301 301 301 301 301 301
/members/<public_id:subject>-<slug:slug>/     | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/members/<public_id:subject>-<slug:slug>/     | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/firms/                                       | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/firms/<public_id:subject>/                   | without its name          | GET  | 301 301 301 301 301 301 301 301 301 301
/firms/<public_id:subject>-<slug:slug>/       | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/firms/<public_id:subject>-<slug:slug>/       | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/facilities/                                  | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/facilities/<public_id:subject>/              | without its name          | GET  | 301 301 301 301 301 301 301 301 301 301
/facilities/<public_id:subject>-<slug:slug>/  | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/facilities/<public_id:subject>-<slug:slug>/  | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/figures/                                     | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/figures/<public_id:subject>/                 | without its name          | GET  | 301 301 301 301 301 301 301 301 301 301
/figures/<public_id:subject>-<slug:slug>/     | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/figures/<public_id:subject>-<slug:slug>/     | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/standards/                                   | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/<slug:version>/                    | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/<slug:version>/                    | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/data/| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/data/| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/data/<slug:name>.csv| published | GET | 200 200 200 200 200 200 200 200 200 200
/data/<slug:name>.csv| of no kind | GET | 404 404 404 404 404 404 404 404 404 404
/data/<slug:name>.json| published | GET | 200 200 200 200 200 200 200 200 200 200
/data/<slug:name>.json| of no kind | GET | 404 404 404 404 404 404 404 404 404 404
/data/<slug:name>.schema.json| published | GET | 200 200 200 200 200 200 200 200 200 200
/data/<slug:name>.schema.json| of no kind | GET | 404 404 404 404 404 404 404 404 404 404
/data/<slug:name>.csv-metadata.json| published | GET | 200 200 200 200 200 200 200 200 200 200
/data/<slug:name>.csv-metadata.json| of no kind | GET | 404 404 404 404 404 404 404 404 404 404
/feeds/changes.atom| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/feeds/next-audits.ics| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/sitemap.xml| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/robots.txt| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/openapi.json| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/docs| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/changes| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/feeds/changes.atom| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/sitemap-<int:number>.xml| the first part | GET | 200 200 200 200 200 200 200 200 200 200
/sitemap-<int:number>.xml| no part | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/applicability| a scope | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/applicability| without a scope | GET | 422 422 422 422 422 422 422 422 422 422
/api/v1/public/<path:path>| of no operation | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/records| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/certificates| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/certificates/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/certificates/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/certification_events| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/certification_events/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/certification_events/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/audits| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/audits/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/facilities| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/facilities/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/figures| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/figures/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/findings| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/findings/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/firms| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/firms/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/firms/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/members| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/members/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/members/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/schemes| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/schemes/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/schemes/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/standard_versions| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/standard_versions/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/standard_versions/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/certificates| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/api/v1/public/certificates/<subject>| withdrawn | GET | 410 410 410 410 410 410 410 410 410 410
/api/v1/public/certificates/<subject>/timeline| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/certificates/<subject>/timeline| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/certification_events/<subject>/timeline| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/certification_events/<subject>/timeline| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/standard_versions/<subject>/criteria| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/standard_versions/<subject>/criteria| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/account/                                     | one's own                 | GET  | 200 200 200 200 200 200 200 200 200 302
/account/                                     | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/account/login/                               | the form                  | GET  | 302 302 302 302 302 302 302 302 302 200
/account/login/                               | without name and password | POST | 302 302 302 302 302 302 302 302 302 200
/account/logout/                              | the question              | GET  | 200 200 200 200 200 200 200 200 200 302
/account/signup/                              | says that it is closed    | GET  | 302 302 302 302 302 302 302 302 302 200
/account/signup/                              | says that it is closed    | POST | 302 302 302 302 302 302 302 302 302 200
/account/reauthenticate/                      | the form                  | GET  | 200 200 200 200 200 200 200 200 200 302
/account/password/change/                     | the form                  | GET  | 200 200 200 200 200 200 200 200 200 302
/account/password/change/                     | without the old password  | POST | 200 200 200 200 200 200 200 200 200 302
/organisations/<uuid:organisation_id>/        | the member's              | GET  | 200 200 404 404 200 200 404 404 404 302
/organisations/<uuid:organisation_id>/        | the audit firm's          | GET  | 404 404 200 200 200 200 404 404 404 302
/organisations/<uuid:organisation_id>/        | the Secretariat's         | GET  | 404 404 404 404 200 200 404 404 404 302
/organisations/<uuid:organisation_id>/        | the committee's           | GET  | 404 404 404 404 200 200 200 404 404 302
/organisations/<uuid:organisation_id>/        | the buyer's               | GET  | 404 404 404 404 200 200 404 200 404 302
/organisations/<uuid:organisation_id>/        | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 302
/tables/                                      | the Secretariat's         | GET  | 404 404 404 404 200 200 404 404 404 302
/tables/                                      | changing something        | POST | 404 404 404 404 405 405 404 404 404 302
/demo/mail/                                   | outside a demonstration   | GET  | 404 404 404 404 404 404 404 404 404 404
/imports/                                     | the office's              | GET  | 404 404 404 404 404 200 404 404 404 302
/imports/check/                               | the form                  | GET  | 404 404 404 404 404 200 404 404 404 302
/imports/check/                               | without a file            | POST | 404 404 404 404 404 400 404 404 404 302
/imports/check/<slug:key>/                    | the office's              | GET  | 404 404 404 404 404 200 404 404 404 302
/imports/check/<slug:key>/                    | neither importing nor not | POST | 404 404 404 404 404 400 404 404 404 302
/imports/check/<slug:key>/                    | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 302
/imports/<int:key>/                           | the office's              | GET  | 404 404 404 404 404 200 404 404 404 302
/imports/<int:key>/                           | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 302
/healthz                                      | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/readyz                                       | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/metrics                                      | from this machine         | GET  | 200 200 200 200 200 200 200 200 200 200
/decisions/                                   | the Secretariat's         | GET  | 404 404 404 404 200 200 404 404 404 302
/decisions/                                   | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/decisions/propose/                           | the form                  | GET  | 404 404 404 404 200 200 404 404 404 302
/decisions/propose/                           | without saying what       | POST | 404 404 404 404 422 422 404 404 404 302
/decisions/<slug:decision_id>/                | open                      | GET  | 404 404 404 404 200 200 404 404 404 302
/decisions/<slug:decision_id>/                | without saying yes or no  | POST | 404 404 404 404 409 409 404 404 404 302
/decisions/<slug:decision_id>/                | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 302
/duplicates/                                  | the office's              | GET  | 404 404 404 404 404 200 404 404 404 302
/duplicates/                                  | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/duplicates/<int:key>/                        | open                      | GET  | 404 404 404 404 404 200 404 404 404 302
/duplicates/<int:key>/                        | deciding nothing          | POST | 404 404 404 404 404 400 404 404 404 302
/duplicates/<int:key>/                        | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 302
/account/sign-ins/                            | one's own                 | GET  | 200 200 200 200 200 200 200 200 200 302
/account/inactive/                            | says that it is closed    | GET  | 200 200 200 200 200 200 200 200 200 200
/account/password/reset/                      | the form                  | GET  | 200 200 200 200 200 200 200 200 200 200
/account/password/reset/                      | without an address        | POST | 200 200 200 200 200 200 200 200 200 200
/account/password/reset/done/                 | what to do now            | GET  | 200 200 200 200 200 200 200 200 200 200
/^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$| a link that does not hold | GET  | 200 200 200 200 200 200 200 200 200 200
/account/password/reset/key/done/             | that it is done           | GET  | 200 200 200 200 200 200 200 200 200 200
/account/sessions/                            | one's own                 | GET  | 200 200 200 200 200 200 200 200 200 302
/account/second-factor/                       | one's own                 | GET  | 200 200 200 200 200 200 200 200 200 302
/account/second-factor/authenticate/          | outside signing in        | GET  | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/reauthenticate/        | without an app            | GET  | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/code/add/              | before confirming who one is| GET  | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/code/remove/           | without an app            | GET  | 404 404 404 404 404 404 404 404 404 302
/account/second-factor/recovery/              | without codes             | GET  | 404 404 404 404 404 404 404 404 404 302
/account/second-factor/recovery/new/          | before confirming who one is| GET  | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/add/              | before confirming who one is| GET  | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/                  | one's own                 | GET  | 200 200 200 200 200 200 200 200 200 302
/account/second-factor/keys/<int:pk>/remove/  | before confirming who one is| GET  | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/login/            | without a key             | GET  | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/reauthenticate/   | without a key             | GET  | 302 302 302 302 302 302 302 302 302 302
/account/sso/                                 | one's own                 | GET  | 200 200 200 200 200 200 200 200 200 302
/account/sso/cancelled/                       | says so                   | GET  | 200 200 200 200 200 200 200 200 200 200
/account/sso/error/                           | says so                   | GET  | 401 401 401 401 401 401 401 401 401 401
/account/sso/<slug:provider_id>/              | none is set up            | GET  | 404 404 404 404 404 404 404 404 404 404
/account/sso/<slug:provider_id>/callback/     | none is set up            | GET  | 404 404 404 404 404 404 404 404 404 404
/organisations/<uuid:organisation_id>/edit/   | the member's              | GET  | 200 404 404 404 404 200 404 404 404 302
/organisations/<uuid:organisation_id>/edit/   | the member's              | POST | 400 404 404 404 404 400 404 404 404 302
/organisations/<uuid:organisation_id>/edit/   | the audit firm's          | GET  | 404 404 200 404 404 200 404 404 404 302
/organisations/<uuid:organisation_id>/edit/   | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 302
/organisations/<uuid:organisation_id>/people/ | the member's              | GET  | 200 404 404 404 404 200 404 404 404 302
/organisations/<uuid:organisation_id>/people/ | the audit firm's          | GET  | 404 404 200 404 404 200 404 404 404 302
/organisations/<uuid:organisation_id>/people/ | the Secretariat's         | GET  | 404 404 404 404 404 200 404 404 404 302
/organisations/<uuid:organisation_id>/people/ | the committee's           | GET  | 404 404 404 404 404 200 404 404 404 302
/organisations/<uuid:organisation_id>/people/ | the buyer's               | GET  | 404 404 404 404 404 200 404 404 404 302
/organisations/<uuid:organisation_id>/people/ | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 302
/organisations/<uuid:organisation_id>/people/ | the member's, inviting nobody| POST | 200 404 404 404 404 200 404 404 404 302
/affiliations/<int:affiliation_id>/confirm/   | the member's              | POST | 302 404 404 404 404 302 404 404 404 302
/affiliations/<int:affiliation_id>/confirm/   | nobody's                  | POST | 404 404 404 404 404 404 404 404 404 302
/invitations/<uuid:invitation_id>/send/       | the member's              | POST | 302 404 404 404 404 302 404 404 404 302
/invitations/<uuid:invitation_id>/send/       | nobody's                  | POST | 404 404 404 404 404 404 404 404 404 302
/invitations/<uuid:invitation_id>/revoke/     | the member's              | POST | 302 404 404 404 404 302 404 404 404 302
/invitations/<uuid:invitation_id>/revoke/     | nobody's                  | POST | 404 404 404 404 404 404 404 404 404 302
/affiliations/<int:affiliation_id>/end/       | the buyer's               | POST | 404 404 404 404 404 302 404 404 404 302
/affiliations/<int:affiliation_id>/end/       | nobody's                  | POST | 404 404 404 404 404 404 404 404 404 302
/invitation/<str:token>/                      | one that holds            | GET  | 200 200 200 200 200 200 200 200 200 200
/invitation/<str:token>/                      | one that does not         | GET  | 404 404 404 404 404 404 404 404 404 404
/account/logout/                              | doing it                  | POST | 302 302 302 302 302 302 302 302 302 302
"""

LEGEND = """# Who gets what

Every address of the site, tried as each of the cast (`alunite/foundation/accounts/cast.py`) and as the public. The
table is `TABLE` in `tests/test_permissions.py`, and the tests compare this page, the table and the running site.

200 is shown · 301 moved to its full address · 302 sent elsewhere: whoever is not signed in to the sign-in page, whoever
is to their account · 404 not there, or not for you: the answer is the same · 405 this is for reading only · 410 was
withdrawn · 422 not a question this address understands.

"""


@dataclass(frozen=True)
class Line:
    """A row of the table."""

    route: str
    case: str
    method: str
    answers: dict[str, int]


def lines() -> list[Line]:
    found = []
    for text in TABLE.strip().splitlines():
        route, case, method, answers = (cell.strip() for cell in text.split("|"))
        found.append(Line(route, case, method, dict(zip(EVERYBODY, map(int, answers.split()), strict=True))))
    return found


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


@pytest.fixture
def cast(facts) -> Cast:
    return make_cast()


# Steps of signing in itself: whoever is at none of them begins at the sign-in page.
NOT_LED_BACK = ("/logout/", "/second-factor/authenticate/", "/keys/login/")


def places(cast: Cast) -> dict[tuple[str, str], str]:
    """The path of each case of the table, by route and case."""
    ensure_signing_key()  # /readyz asks for it
    found: dict[tuple[str, str], str] = {}
    folders = {
        "certificate": "certificates",
        "certification_event": "events",
        "facility": "facilities",
        "figure": "figures",
        "firm": "firms",
        "member": "members",
    }
    for kind, folder in folders.items():
        shown = Record.objects.filter(until=None, kind=kind).order_by("subject").first()
        bare, full = f"/{folder}/<public_id:subject>/", f"/{folder}/<public_id:subject>-<slug:slug>/"
        found[bare, "without its name"] = f"/{folder}/{shown.subject}/"
        found[full, "published"] = f"/{folder}/{shown.subject}-{shown.slug}/"
        found[full, "nobody's"] = f"/{folder}/22222222-nobody/"
    last = Record.objects.filter(until=None, kind="certificate").order_by("-subject").first()
    publish("certificate", [ToPublish(last.subject, None, "merged")], actor=OPERATOR)
    full = "/certificates/<public_id:subject>-<slug:slug>/"
    found[full, "withdrawn"] = f"/certificates/{last.subject}-{last.slug}/"
    found |= places_for_machines(last.subject)
    found["/standards/<slug:version>/", "published"] = "/standards/ps-3/"
    found["/standards/<slug:version>/", "nobody's"] = "/standards/ps-99/"
    route = "/organisations/<uuid:organisation_id>/"
    owners = {
        "the member's": "member",
        "the audit firm's": "auditor",
        "the Secretariat's": "office",
        "the committee's": "committee",
        "the buyer's": "buyer",
    }
    for case, owner in owners.items():
        found[route, case] = f"/organisations/{cast.organisation(owner).pk}/"
    found[route, "nobody's"] = f"/organisations/{uuid.uuid4()}/"
    for case in ("the member's", "the audit firm's", "nobody's"):
        found[f"{route}edit/", case] = f"{found[route, case]}edit/"
    found.update({(f"{route}people/", case): f"{path}people/" for (key, case), path in found.items() if key == route})
    found[f"{route}people/", "the member's, inviting nobody"] = found[f"{route}people/", "the member's"]
    found.update(of_people(cast))
    route = "/decisions/<slug:decision_id>/"
    newest = Publication.objects.filter(kind="member").latest("pk")
    made = propose_decision("redact", str(newest.pk), ground="court_order", note="", actor=cast.actor("office"))
    found[route, "open"] = found[route, "without saying yes or no"] = f"/decisions/{made.pk}/"
    found[route, "nobody's"] = "/decisions/22222222/"
    propose_duplicates(actor=OPERATOR)
    pair = Proposal.objects.order_by("pk")[0].pk
    found.update(of_imports(cast))
    route = "/duplicates/<int:key>/"
    found |= {(route, case): f"/duplicates/{pair}/" for case in ("open", "deciding nothing")}
    found[route, "nobody's"] = "/duplicates/999999/"
    return found


def of_imports(cast: Cast) -> dict[tuple[str, str], str]:
    """The paths of an import, and of files the office sent to be checked."""
    upload = keep_upload([SimpleUploadedFile("members.csv", b"name")], [], actor=cast.actor("office"))
    return {
        ("/imports/<int:key>/", "the office's"): f"/imports/{Batch.objects.latest('pk').pk}/",
        ("/imports/<int:key>/", "nobody's"): "/imports/999999/",
        ("/imports/check/<slug:key>/", "the office's"): f"/imports/check/{upload.key}/",
        ("/imports/check/<slug:key>/", "neither importing nor not"): f"/imports/check/{upload.key}/",
        ("/imports/check/<slug:key>/", "nobody's"): f"/imports/check/{'0' * 64}/",
    }


def of_people(cast: Cast) -> dict[tuple[str, str], str]:
    """The paths of roles, invitations and links."""
    fields = {"email": "guest@example.org", "role": "manager", "actor": OPERATOR, "origin": "http://testserver"}
    invite(cast.organisation("member"), **fields)
    link = re.search(r"/invitation/\S+/", mail.outbox[-1].body)[0]
    lasting = invite(cast.organisation("member"), **fields)
    role = cast.person("colleague").affiliations.get()
    leaver = cast.person("buyer").affiliations.get()
    key = "/^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"
    found = {
        ("/invitation/<str:token>/", "one that holds"): link,
        ("/invitation/<str:token>/", "one that does not"): "/invitation/not-one/",
        ("/affiliations/<int:affiliation_id>/confirm/", "the member's"): f"/affiliations/{role.pk}/confirm/",
        ("/affiliations/<int:affiliation_id>/confirm/", "nobody's"): "/affiliations/999999/confirm/",
        ("/affiliations/<int:affiliation_id>/end/", "the buyer's"): f"/affiliations/{leaver.pk}/end/",
        ("/affiliations/<int:affiliation_id>/end/", "nobody's"): "/affiliations/999999/end/",
        ("/account/second-factor/keys/<int:pk>/remove/", "before confirming who one is"): (
            "/account/second-factor/keys/999999/remove/"
        ),
        ("/account/sso/<slug:provider_id>/", "none is set up"): "/account/sso/sso/",
        ("/account/sso/<slug:provider_id>/callback/", "none is set up"): "/account/sso/sso/callback/",
        (key, "a link that does not hold"): "/account/password/reset/key/1-2-3/",
    }
    for deed in ("send", "revoke"):
        route = f"/invitations/<uuid:invitation_id>/{deed}/"
        found[route, "the member's"] = f"/invitations/{lasting.pk}/{deed}/"
        found[route, "nobody's"] = f"/invitations/{uuid.uuid4()}/{deed}/"
    return found


def places_for_machines(withdrawn: str) -> dict[tuple[str, str], str]:
    """The path of each case of the addresses for machines."""
    root = "/api/v1/public"
    found: dict[tuple[str, str], str] = {}
    for name, kind in public_kinds().items():
        published = Publication.objects.filter(kind=kind.name).exclude(subject=withdrawn).first()
        route = f"{root}/{name}/<subject>"
        for end in ("", "/timeline", "/criteria"):
            found[route + end, "published"] = f"{root}/{name}/{published.subject if published else 'nothing'}{end}"
            found[route + end, "nobody's"] = f"{root}/{name}/nobody{end}"
    found[f"{root}/certificates/<subject>", "withdrawn"] = f"{root}/certificates/{withdrawn}"
    for form in ("csv", "json", "schema.json", "csv-metadata.json"):
        found[f"/data/<slug:name>.{form}", "published"] = f"/data/members.{form}"
        found[f"/data/<slug:name>.{form}", "of no kind"] = f"/data/secrets.{form}"
    found["/sitemap-<int:number>.xml", "the first part"] = "/sitemap-0.xml"
    found["/sitemap-<int:number>.xml", "no part"] = "/sitemap-999.xml"
    found[f"{root}/applicability", "a scope"] = f"{root}/applicability?standard=ps-3&activity=bauxite_mining"
    found[f"{root}/<path:path>", "of no operation"] = f"{root}/secrets"
    return found


def test_every_address_has_a_row_and_every_row_an_address():
    said = {line.route for line in lines()}
    assert said == routes(), "add a row to TABLE for what is new, and take out what is gone"


def test_every_row_of_the_table_stands_once():
    keys = [(line.route, line.case, line.method) for line in lines()]
    assert len(keys) == len(set(keys))


def test_everybody_gets_what_the_table_says(cast):
    paths = places(cast)
    said = []
    for line in lines():
        path = paths.get((line.route, line.case), line.route)
        assert "<" not in path, f"{line.route}, {line.case}: say its path in `places`"
        for name, expected in line.answers.items():
            answer = cast[name].generic(line.method, path)
            if answer.status_code != expected:
                said.append(f"{line.method} {path} ({line.case}) as {name}: {answer.status_code}, not {expected}")
    assert not said, "\n".join(said)


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(cast):
    paths = places(cast)
    for line in lines():
        if line.answers[THE_PUBLIC] == 302 and not line.route.endswith(NOT_LED_BACK):
            path = paths.get((line.route, line.case), line.route)
            assert unquote(cast[THE_PUBLIC].generic(line.method, path)["Location"]) == f"/account/login/?next={path}"


def as_told(cast: Cast, name: str, path: str) -> tuple[int, str, dict[str, Any]]:
    """Status, body and headers of an answer, without the address asked for and what is drawn by lot."""
    answer = cast[name].get(path)
    body = answer.content.decode().replace(path, "(the address)")
    body = re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"[^"]*"', r'\1""', body)
    body = body.replace(answer["X-Request-ID"], "(the request)")
    headers = {key: value for key, value in answer.headers.items() if key not in {"Content-Length", "X-Request-ID"}}
    headers["Content-Security-Policy"] = sorted(headers["Content-Security-Policy"].split("; "))
    return answer.status_code, body, headers


@pytest.mark.parametrize("name", PLAYERS)
def test_what_is_not_for_somebody_answers_like_what_does_not_exist(cast, name):
    """design.md: the stranger gets the same 404 for what exists and what does not. So does everybody else."""
    nothing = as_told(cast, name, "/nothing/")
    assert nothing[0] == 404
    tried = 0
    listed = {
        ("/imports/", "the office's"): "/imports/",
        ("/imports/check/", "the form"): "/imports/check/",
        ("/decisions/", "the Secretariat's"): "/decisions/",
        ("/decisions/propose/", "the form"): "/decisions/propose/",
        ("/duplicates/", "the office's"): "/duplicates/",
    }
    for (route, case), path in {**places(cast), **listed}.items():
        expected = [
            line.answers[name] for line in lines() if (line.route, line.case, line.method) == (route, case, "GET")
        ]
        if expected == [404] and route.startswith(("/organisations/", "/imports/", "/decisions/", "/duplicates/")):
            assert as_told(cast, name, path) == nothing, f"{path} ({case})"
            tried += 1
    assert tried >= 1
    if name == "stranger":
        assert tried == 28, (
            "organisations, their forms and people, imports, decisions and duplicates: lists, forms, one, none"
        )


def test_the_public_is_told_the_same_of_an_organisation_that_exists_and_one_that_does_not(cast):
    there = f"/organisations/{cast.organisation('member').pk}/"
    nowhere = f"/organisations/{uuid.uuid4()}/"
    answers = [cast[THE_PUBLIC].get(path) for path in (there, nowhere)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"].replace(there, "") == answers[1]["Location"].replace(nowhere, "")


def test_pages_for_the_public_hold_nothing_of_people_or_organisations(cast):
    """Everything a visitor can reach, searched for every name and id of the cast."""
    private = {str(cast.person(name).pk) for name in PLAYERS} | {str(cast.person(name)) for name in PLAYERS}
    private |= {str(place) for name in PLAYERS if name != "stranger" for place in [cast.organisation(name)]}
    paths = places(cast)
    for line in lines():
        # An invitation's link is a secret of whoever it was sent to.
        if line.method == "GET" and line.case != "one that holds":
            body = cast[THE_PUBLIC].get(paths.get((line.route, line.case), line.route)).getvalue().decode()
            assert [value for value in private if value in body] == [], line.route


def test_the_reference_page_shows_this_table():
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page(), "write it anew as this file's head says, and review the difference"
