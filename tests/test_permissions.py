"""The permission matrix: every address × everybody → what they get. A new address without a row fails.

The table is reviewed by reading it. `docs/reference/permissions.md` shows the same table; after a change write it anew:

    WRITE_DOCS=1 .venv/bin/pytest tests/test_permissions.py
"""

from __future__ import annotations

import copy
import os
import re
import shutil
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from alunite.foundation.accounts.actions import add_person, affiliate, edit_organisation, values_of
from alunite.foundation.accounts.cast import CAST
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import IMPORTER, OPERATOR
from alunite.foundation.accounts.roles import OrganisationKind
from alunite.foundation.decisions.actions import propose_decision
from alunite.foundation.history import editing
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.models import Batch
from alunite.foundation.importing.uploads import keep_upload
from alunite.foundation.keys.installation import Installation
from alunite.foundation.keys.signing import ensure_signing_key
from alunite.foundation.merging.actions import dismiss_proposal, propose_duplicates
from alunite.foundation.merging.models import Proposal
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.dictionary import public_kinds
from alunite.foundation.publications.models import Publication
from alunite.front.register.models import Record
from alunite.front.register.tests.world import undone
from tests import databases
from tests.cast import EVERYBODY, PLAYERS, THE_PUBLIC, Cast, make_cast
from tests.samples import FACT_LABEL

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
/feeds/records.atom| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/feeds/next-audits.ics| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/sitemap.xml| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/robots.txt| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/openapi.json| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/docs| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/changes| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/feeds/changes.atom| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/feeds/records.atom| changing something | POST | 405 405 405 405 405 405 405 405 405 405
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
/api/v1/public/audits/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/audits/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/facilities| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/facilities/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/facilities/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/figures| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/figures/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/figures/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/findings| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/findings/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
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
/imports/check/<slug:key>/                    | nobody's                  | POST | 404 404 404 404 404 404 404 404 404 302
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
/^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$| a link that does not hold | POST | 200 200 200 200 200 200 200 200 200 200
/account/login/| with name and password | POST | 302 302 302 302 302 302 302 302 302 302
/account/reauthenticate/| without the password | POST | 200 200 200 200 200 200 200 200 200 302
/account/password/reset/| an address nobody has | POST | 302 302 302 302 302 302 302 302 302 302
/account/password/reset/| an address somebody has | POST | 302 302 302 302 302 302 302 302 302 302
/account/sessions/| ending those elsewhere | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/| changing something | POST | 405 405 405 405 405 405 405 405 405 302
/account/second-factor/authenticate/| outside signing in | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/reauthenticate/| without an app | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/code/add/| before confirming who one is | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/code/remove/| without an app | POST | 404 404 404 404 404 404 404 404 404 302
/account/second-factor/recovery/| changing something | POST | 405 405 405 405 405 405 405 405 405 302
/account/second-factor/recovery/new/| before confirming who one is | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/| changing something | POST | 405 405 405 405 405 405 405 405 405 302
/account/second-factor/keys/add/| before confirming who one is | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/<int:pk>/remove/| before confirming who one is | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/<int:pk>/remove/| somebody else's | GET | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/<int:pk>/remove/| somebody else's | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/login/| without a key | POST | 302 302 302 302 302 302 302 302 302 302
/account/second-factor/keys/reauthenticate/| without a key | POST | 302 302 302 302 302 302 302 302 302 302
/account/sso/| disconnecting nothing | POST | 200 200 200 200 200 200 200 200 200 302
/account/sso/<slug:provider_id>/| none is set up | POST | 404 404 404 404 404 404 404 404 404 404
/account/sso/<slug:provider_id>/callback/| none is set up | POST | 404 404 404 404 404 404 404 404 404 404
/organisations/<uuid:organisation_id>/edit/| the member's, renamed | POST | 302 404 404 404 404 302 404 404 404 302
/organisations/<uuid:organisation_id>/edit/| the audit firm's | POST | 404 404 400 404 404 400 404 404 404 302
/organisations/<uuid:organisation_id>/edit/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/organisations/<uuid:organisation_id>/people/| the member's, inviting somebody | POST | 302 404 404 404 404 302 404 404 404 302
/organisations/<uuid:organisation_id>/people/| nobody's, inviting somebody | POST | 404 404 404 404 404 404 404 404 404 302
/decisions/propose/| with what and why | POST | 404 404 404 404 302 302 404 404 404 302
/decisions/<slug:decision_id>/| confirming what the office proposed | POST | 404 404 404 404 302 409 404 404 404 302
/decisions/<slug:decision_id>/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/duplicates/<int:key>/| leaving them apart | POST | 404 404 404 404 404 302 404 404 404 302
/duplicates/<int:key>/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/invitation/<str:token>/| one that holds | POST | 302 302 302 302 302 302 302 302 302 200
/invitation/<str:token>/| opening an account by it | POST | 302 302 302 302 302 302 302 302 302 302
/invitation/<str:token>/| one that does not | POST | 404 404 404 404 404 404 404 404 404 404
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


@dataclass(frozen=True)
class World:
    """The real samples, the cast signed in, and something of everything that is nobody's business but theirs."""

    cast: Cast
    paths: dict[tuple[str, str], str]
    bodies: dict[tuple[str, str], dict[str, Any]]
    home: Path


@pytest.fixture(scope="module")
def made(
    fact_database: databases.Copies, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Make it all once; each test undoes what it writes."""
    home = tmp_path_factory.mktemp("permissions")
    shutil.copyfile(settings.INSTALLATION.file, Installation(home).file)
    with (
        django_db_blocker.unblock(),
        override_settings(ALUNITE_HOME=home, INSTALLATION=Installation(home), MEDIA_ROOT=home / "files"),
        databases.pointed_at(fact_database, FACT_LABEL),
        undone(),
    ):
        cast = make_cast()
        for name in EVERYBODY:
            assert cast[name]
        paths = places(cast)
        yield World(cast, paths, bodies(cast, paths), home)


@pytest.fixture
def world(made: World, own_home: Path) -> Iterator[World]:
    """Give the one world in its own folder, and undo what the test writes."""
    del own_home  # it comes first, and is covered
    cookies = {name: copy.deepcopy(client.cookies) for name, client in made.cast.clients.items()}
    with (
        override_settings(ALUNITE_HOME=made.home, INSTALLATION=Installation(made.home), MEDIA_ROOT=made.home / "files"),
        undone(),
    ):
        yield made
    for name, client in made.cast.clients.items():
        client.cookies = cookies[name]


@pytest.fixture
def cast(world: World) -> Cast:
    return world.cast


# Steps of signing in itself: whoever is at none of them begins at the sign-in page.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ALL_KINDS_OF_PEOPLE = ("member", "office", "stranger", THE_PUBLIC)
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
    found[f"{route}edit/", "the member's, renamed"] = found[f"{route}edit/", "the member's"]
    people = f"{route}people/"
    for case in ("the member's, inviting nobody", "the member's, inviting somebody"):
        found[people, case] = found[people, "the member's"]
    found[people, "nobody's, inviting somebody"] = found[people, "nobody's"]
    found.update(of_people(cast))
    route = "/decisions/<slug:decision_id>/"
    newest = Publication.objects.filter(kind="member").latest("pk")
    made = propose_decision("redact", str(newest.pk), ground="court_order", note="", actor=cast.actor("office"))
    for case in ("open", "without saying yes or no", "confirming what the office proposed"):
        found[route, case] = f"/decisions/{made.pk}/"
    found[route, "nobody's"] = "/decisions/22222222/"
    propose_duplicates(actor=OPERATOR)
    pair = Proposal.objects.order_by("pk")[0].pk
    found.update(of_imports(cast))
    route = "/duplicates/<int:key>/"
    found |= {(route, case): f"/duplicates/{pair}/" for case in ("open", "deciding nothing", "leaving them apart")}
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
    add_person("keyholder", actor=OPERATOR)
    holder = Person.objects.get(username="keyholder")
    foreign = Authenticator.objects.create(user=holder, type="webauthn", data={"name": "a key"})
    key = "/^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"
    found = {
        ("/invitation/<str:token>/", "one that holds"): link,
        ("/invitation/<str:token>/", "opening an account by it"): link,
        ("/invitation/<str:token>/", "one that does not"): "/invitation/not-one/",
        ("/affiliations/<int:affiliation_id>/confirm/", "the member's"): f"/affiliations/{role.pk}/confirm/",
        ("/affiliations/<int:affiliation_id>/confirm/", "nobody's"): "/affiliations/999999/confirm/",
        ("/affiliations/<int:affiliation_id>/end/", "the buyer's"): f"/affiliations/{leaver.pk}/end/",
        ("/affiliations/<int:affiliation_id>/end/", "nobody's"): "/affiliations/999999/end/",
        ("/account/second-factor/keys/<int:pk>/remove/", "before confirming who one is"): (
            "/account/second-factor/keys/999999/remove/"
        ),
        ("/account/second-factor/keys/<int:pk>/remove/", "somebody else's"): (
            f"/account/second-factor/keys/{foreign.pk}/remove/"
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


def bodies(cast: Cast, paths: dict[tuple[str, str], str]) -> dict[tuple[str, str], dict[str, Any]]:
    """What is sent where a case says more than that something is sent."""
    place = cast.organisation("member")
    edit = "/organisations/<uuid:organisation_id>/edit/"
    people = "/organisations/<uuid:organisation_id>/people/"
    guest = {"email": "another@example.org", "role": "manager"}
    page = cast["assurance"].get(paths["/decisions/<slug:decision_id>/", "open"]).content.decode()
    answer = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', page))
    entry = cast.credentials["stranger"]
    newest = Publication.objects.filter(kind="member").latest("pk").pk
    return {
        ("/account/login/", "with name and password"): {"login": entry.username, "password": entry.password},
        ("/account/password/reset/", "an address nobody has"): {"email": "nobody@example.org"},
        ("/account/password/reset/", "an address somebody has"): {"email": cast.person("member").email},
        (edit, "the member's, renamed"): {
            "name": "Another name",
            "mark": editing.mark("organisation", place.pk, values_of(place)),
        },
        (people, "the member's, inviting somebody"): guest,
        (people, "nobody's, inviting somebody"): guest,
        ("/decisions/propose/", "with what and why"): {"act": "redact", "what": newest, "ground": "court_order"},
        ("/decisions/<slug:decision_id>/", "confirming what the office proposed"): {"answer": "confirm", **answer},
        ("/duplicates/<int:key>/", "leaving them apart"): {"act": "dismiss", "version": 1},
        ("/invitation/<str:token>/", "opening an account by it"): {
            "display_name": "A. Guest",
            "username": "a.guest",
            "password": "correct horse battery staple",
        },
    }


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


def test_everybody_gets_what_the_table_says(world):
    said = []
    for line in lines():
        for name, expected in line.answers.items():
            answer = ask(world, name, line.method, line.route, line.case)
            if answer.status_code != expected:
                said.append(f"{line.method} {line.route} ({line.case}) as {name}: {answer.status_code}, not {expected}")
    assert not said, "\n".join(said)


def test_a_method_without_a_row_does_nothing_for_anybody(world):
    """GET and POST have a row wherever they are taken; other methods are refused, and HEAD says what GET says."""
    told = {(line.route, line.method) for line in lines()}
    said = []
    for (route, case), name in product(sorted({(line.route, line.case) for line in lines()}), ALL_KINDS_OF_PEOPLE):
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
    body = answer.getvalue().decode().replace(path, "(the address)")
    body = re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"[^"]*"', r'\1""', body)
    body = body.replace(answer["X-Request-ID"], "(the request)")
    headers = {key: value for key, value in answer.headers.items() if key not in DRAWN_BY_LOT}
    if "Content-Security-Policy" in headers:
        headers["Content-Security-Policy"] = sorted(headers["Content-Security-Policy"].split("; "))
    if "Location" in headers:
        headers["Location"] = unquote(headers["Location"]).replace(path, "(the address)")
    return answer.status_code, body, headers, sorted(answer.cookies)


# Addresses of single things that are somebody's, and of lists of them.
PRIVATE = ("/organisations/", "/affiliations/", "/invitations/", "/imports/", "/decisions/", "/duplicates/", "/tables/")
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
            body = cast[THE_PUBLIC].get(paths.get((line.route, line.case), line.route)).getvalue().decode()
            assert [value for value in private if value in body] == [], line.route


def test_the_reference_page_shows_this_table():
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page(), "write it anew as this file's head says, and review the difference"
