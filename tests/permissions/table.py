"""Every address × everybody → what they get: the table that is reviewed by reading it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.cast import EVERYBODY

# One line per address, case and method; then the status for each of EVERYBODY, in that order:
# member, colleague, auditor, junior, assurance, office, committee, buyer, stranger, the public.
# 302 for the public leads to the sign-in page, with the way back. 404 says the same of what exists and what does not.
TABLE = """
/                                             | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/                                             | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/charts/<slug:name>.csv| with something to draw | GET | 200 200 200 200 200 200 200 200 200 200
/charts/<slug:name>.csv| of no chart | GET | 404 404 404 404 404 404 404 404 404 404
/charts/<slug:name>.svg| with something to draw | GET | 200 200 200 200 200 200 200 200 200 200
/charts/<slug:name>.svg| of no chart | GET | 404 404 404 404 404 404 404 404 404 404
/charts/<slug:name>.png| with something to draw | GET | 200 200 200 200 200 200 200 200 200 200
/charts/<slug:name>.png| of no chart | GET | 404 404 404 404 404 404 404 404 404 404
/register/                                    | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/register/                                    | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/register/compare/                            | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/register.csv                                 | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/register.json                                | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/map/                                         | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/map.geojson                                  | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
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
/cards/register.png                           | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/cards/<slug:kind>/<public_id:subject>.png    | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/cards/<slug:kind>/<public_id:subject>.png    | withdrawn                 | GET  | 404 404 404 404 404 404 404 404 404 404
/cards/<slug:kind>/<public_id:subject>.png    | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/countries/                                   | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/countries/<country_code:code>/               | of ISO 3166               | GET  | 200 200 200 200 200 200 200 200 200 200
/countries/<country_code:code>/               | no country                | GET  | 404 404 404 404 404 404 404 404 404 404
/activities/                                  | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/activities/<slug:activity>/                  | the scheme's              | GET  | 200 200 200 200 200 200 200 200 200 200
/activities/<slug:activity>/                  | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/figures/                                     | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/figures/<public_id:subject>/                 | without its name          | GET  | 301 301 301 301 301 301 301 301 301 301
/figures/<public_id:subject>-<slug:slug>/     | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/figures/<public_id:subject>-<slug:slug>/     | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/standards/                                   | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/<slug:version>/                    | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/<slug:version>/                    | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/standards/<slug:version>/<str:number>/       | published                 | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/<slug:version>/<str:number>/       | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 404
/standards/applies/                           | a scope                   | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/applies/                           | a question at fault       | GET  | 400 400 400 400 400 400 400 400 400 400
/standards/applies.csv                        | a scope                   | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/applies.csv                        | a question at fault       | GET  | 422 422 422 422 422 422 422 422 422 422
/standards/applies.xlsx                       | a scope                   | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/applies.xlsx                       | a question at fault       | GET  | 422 422 422 422 422 422 422 422 422 422
/standards/compare/                           | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/compare/                           | a question at fault       | GET  | 400 400 400 400 400 400 400 400 400 400
/standards/compare.csv                        | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/standards/compare.csv                        | a question at fault       | GET  | 422 422 422 422 422 422 422 422 422 422
/standards/versions/                          | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/data/| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/data/| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/data/<slug:name>.csv| published | GET | 200 200 200 200 200 200 200 200 200 200
/data/<slug:name>.csv| of no kind | GET | 404 404 404 404 404 404 404 404 404 404
/data/<slug:name>/<str:subject>.csv| published | GET | 200 200 200 200 200 200 200 200 200 200
/data/<slug:name>/<str:subject>.csv| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
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
/api/| anybody's | GET | 302 302 302 302 302 302 302 302 302 302
/api/v1/| anybody's | GET | 302 302 302 302 302 302 302 302 302 302
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
/api/v1/public/published_answers| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/published_answers/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/published_answers/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/public/standard_mappings| anybody's | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/standard_mappings/<subject>| published | GET | 200 200 200 200 200 200 200 200 200 200
/api/v1/public/standard_mappings/<subject>| nobody's | GET | 404 404 404 404 404 404 404 404 404 404
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
/about/                                       | anybody's                 | GET  | 200 200 200 200 200 200 200 200 200 200
/about/                                       | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/corrections/                                 | the form                  | GET  | 200 200 200 200 200 200 200 200 200 200
/corrections/                                 | without saying what       | POST | 422 422 422 422 422 422 422 422 422 422
/corrections/                                 | saying what               | POST | 302 302 302 302 302 302 302 302 302 302
/corrections/sent/                            | what happens next         | GET  | 200 200 200 200 200 200 200 200 200 200
/corrections/sent/                            | changing something        | POST | 405 405 405 405 405 405 405 405 405 405
/imports/                                     | the office's              | GET  | 404 404 404 404 404 200 404 404 404 302
/imports/check/                               | the form                  | GET  | 404 404 404 404 404 200 404 404 404 302
/imports/check/                               | without a file            | POST | 404 404 404 404 404 400 404 404 404 302
/imports/check/<slug:key>/                    | the office's              | GET  | 404 404 404 404 404 200 404 404 404 302
/imports/check/<slug:key>/                    | neither importing nor not | POST | 404 404 404 404 404 400 404 404 404 302
/imports/check/<slug:key>/                    | nobody's                  | GET  | 404 404 404 404 404 404 404 404 404 302
/imports/check/<slug:key>/                    | nobody's                  | POST | 404 404 404 404 404 404 404 404 404 302
/work/evidence/| one's own | GET | 200 200 404 404 200 200 404 200 404 302
/work/evidence/| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/work/evidence/new/<uuid:organisation_id>/| the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/evidence/new/<uuid:organisation_id>/| the member's, sending a link | POST | 302 302 404 404 404 404 404 404 404 302
/work/evidence/new/<uuid:organisation_id>/| nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/evidence/new/<uuid:organisation_id>/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/| the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/evidence/<slug:evidence_id>/| the member's, for the audit alone | GET | 200 200 404 404 200 404 404 404 404 302
/work/evidence/<slug:evidence_id>/| nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/work/evidence/<slug:evidence_id>/edit/| the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/edit/| the member's, changed | POST | 302 302 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/edit/| nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/edit/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/withdraw/| the member's | GET | 405 405 405 405 405 405 405 405 405 405
/work/evidence/<slug:evidence_id>/withdraw/| the member's, with a reason | POST | 302 302 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/withdraw/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/file/| the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/evidence/<slug:evidence_id>/file/| the member's, for the audit alone | GET | 200 200 404 404 200 404 404 404 404 302
/work/evidence/<slug:evidence_id>/file/| a page elsewhere | GET | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/file/| nobody's, asked by its SHA-256 | GET | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/file/| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/work/evidence/<slug:evidence_id>/public-copy/| the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/evidence/<slug:evidence_id>/public-copy/| without one | GET | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/public-copy/| nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/evidence/<slug:evidence_id>/public-copy/| changing something | POST | 405 405 405 405 405 405 405 405 405 405
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
/duplicates/propose/                          | the form                  | GET  | 404 404 404 404 404 200 404 404 404 302
/duplicates/propose/                          | naming nothing            | POST | 404 404 404 404 404 422 404 404 404 302
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
/account/sso/sso/                             | none is set up            | GET  | 404 404 404 404 404 404 404 404 404 404
/account/sso/sso/callback/                    | none is set up            | GET  | 404 404 404 404 404 404 404 404 404 404
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
/account/sso/sso/| none is set up | POST | 404 404 404 404 404 404 404 404 404 404
/account/sso/sso/callback/| none is set up | POST | 404 404 404 404 404 404 404 404 404 404
/organisations/<uuid:organisation_id>/edit/| the member's, renamed | POST | 302 404 404 404 404 302 404 404 404 302
/organisations/<uuid:organisation_id>/edit/| the audit firm's | POST | 404 404 400 404 404 400 404 404 404 302
/organisations/<uuid:organisation_id>/edit/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/organisations/<uuid:organisation_id>/people/| the member's, inviting somebody | POST | 302 404 404 404 404 302 404 404 404 302
/organisations/<uuid:organisation_id>/people/| nobody's, inviting somebody | POST | 404 404 404 404 404 404 404 404 404 302
/decisions/propose/| with what and why | POST | 404 404 404 404 302 302 404 404 404 302
/decisions/<slug:decision_id>/| confirming what the office proposed | POST | 404 404 404 404 302 409 404 404 404 302
/decisions/<slug:decision_id>/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/duplicates/propose/| two members | POST | 404 404 404 404 404 302 404 404 404 302
/duplicates/<int:key>/| leaving them apart | POST | 404 404 404 404 404 302 404 404 404 302
/duplicates/<int:key>/| nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/invitation/<str:token>/| one that holds | POST | 302 302 302 302 302 302 302 302 302 200
/invitation/<str:token>/| opening an account by it | POST | 302 302 302 302 302 302 302 302 302 302
/invitation/<str:token>/| one that does not | POST | 404 404 404 404 404 404 404 404 404 404
/organisations/<uuid:organisation_id>/people/<uuid:person_id>/leave/ | the member's | GET | 200 404 404 404 404 200 404 404 404 302
/organisations/<uuid:organisation_id>/people/<uuid:person_id>/leave/ | the member's, to somebody else's | POST | 400 404 404 404 404 400 404 404 404 302
/organisations/<uuid:organisation_id>/people/<uuid:person_id>/leave/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/organisations/<uuid:organisation_id>/people/<uuid:person_id>/leave/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/taken-over/<uuid:handover_id>/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/taken-over/<uuid:handover_id>/ | the member's | POST | 404 302 404 404 404 404 404 404 404 302
/work/taken-over/<uuid:handover_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/taken-over/<uuid:handover_id>/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/transfers/<uuid:transfer_id>/ | the member's, to the buyer's | GET | 200 200 404 404 200 200 404 200 404 302
/work/transfers/<uuid:transfer_id>/ | the member's, to the buyer's, doing nothing | POST | 400 400 404 404 400 400 404 400 404 302
/work/transfers/<uuid:transfer_id>/ | the member's, to the buyer's, refused | POST | 404 404 404 404 404 404 404 302 404 302
/work/transfers/<uuid:transfer_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/transfers/<uuid:transfer_id>/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/documents/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/membership/<uuid:membership_id>/documents/ | the member's | POST | 400 400 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/documents/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/documents/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/documents/<uuid:document_id>/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/membership/<uuid:membership_id>/documents/<uuid:document_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/join/ | anybody's | GET | 200 200 200 200 200 200 200 200 200 302
/join/ | naming nothing | POST | 400 400 400 400 400 400 400 400 400 302
/join/ | for a new organisation | POST | 302 302 302 302 302 302 302 302 302 302
/work/membership/ | anybody's | GET | 302 302 404 404 200 200 404 200 404 302
/work/membership/<uuid:membership_id>/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/membership/<uuid:membership_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/application/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/application/ | the member's | POST | 400 400 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/application/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/application/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/do/ | the member's | POST | 400 400 404 404 400 400 404 404 404 302
/work/membership/<uuid:membership_id>/do/ | the member's, leaving | POST | 302 302 404 404 404 404 404 404 404 302
/work/membership/<uuid:membership_id>/do/ | the member's, noting what the office found | POST | 404 404 404 404 404 302 404 404 404 302
/work/membership/<uuid:membership_id>/do/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/invoices/<slug:number>.pdf | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/invoices/<slug:number>.pdf | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/facilities/ | anybody's | GET | 302 302 404 404 200 200 404 302 404 302
/work/organisations/<uuid:organisation_id>/facilities/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/ | the buyer's | GET | 404 404 404 404 200 200 404 200 404 302
/work/organisations/<uuid:organisation_id>/facilities/ | the audit firm's | GET | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/add/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/add/ | the member's | POST | 400 400 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/add/ | the member's, listing one | POST | 302 302 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/add/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/add/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/<uuid:place_id>/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/<uuid:place_id>/ | the member's | POST | 400 400 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/<uuid:place_id>/ | the member's, at the buyer's address | GET | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/<uuid:place_id>/ | the member's, at the buyer's address | POST | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/<uuid:place_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/<uuid:place_id>/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/<uuid:place_id>/last-day/ | the member's | POST | 302 302 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/facilities/<uuid:place_id>/last-day/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/add/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/add/ | the member's | POST | 400 400 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/add/ | the member's, listing one | POST | 302 302 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/add/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/add/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/ | the member's | POST | 400 400 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/ | the member's, at the buyer's address | GET | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/ | the member's, at the buyer's address | POST | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/offer/ | the member's | POST | 400 400 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/offer/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/last-day/ | the member's | POST | 302 302 404 404 404 404 404 404 404 302
/work/organisations/<uuid:organisation_id>/entities/<uuid:place_id>/last-day/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/| one's own | GET | 200 200 200 200 200 200 200 200 200 302
/work/| changing something | POST | 405 405 405 405 405 405 405 405 405 405
/work/remind/| of a task that is not there | POST | 302 302 302 302 302 302 302 302 302 302
/work/tasks.csv| one's own | GET | 200 200 200 200 200 200 200 200 200 302
/work/calendar/| one's own | GET | 200 200 200 200 200 200 200 200 200 302
/work/calendar/address/| neither making nor ending | POST | 400 400 400 400 400 400 400 400 400 302
/work/calendar/address/| making one | POST | 200 200 200 200 200 200 200 200 200 302
/work/calendar/address/| taking it back | POST | 302 302 302 302 302 302 302 302 302 302
/work/calendar/mail/| without saying how often | POST | 400 400 400 400 400 400 400 400 400 302
/work/calendar/mail/| saying how often | POST | 302 302 302 302 302 302 302 302 302 302
/calendar/<str:secret>.ics| somebody's address | GET | 200 200 200 200 200 200 200 200 200 200
/calendar/<str:secret>.ics| no such address | GET | 404 404 404 404 404 404 404 404 404 404
/work/scopes/ | anybody's | GET | 200 200 200 200 200 200 200 200 200 302
/work/assessments/ | anybody's | GET | 200 200 200 200 200 200 200 200 200 302
/work/scopes/new/<uuid:organisation_id>/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/scopes/new/<uuid:organisation_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/scopes/<slug:scope_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/edit/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/edit/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/criteria/<slug:standard>/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/scopes/<slug:scope_id>/criteria/<slug:standard>/ | of no version | GET | 404 404 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/criteria/<slug:standard>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/assessments/<slug:assessment_id>/ | with a criterion open | GET | 200 200 404 404 200 200 404 404 404 302
/work/assessments/<slug:assessment_id>/ | the gaps | GET | 200 200 404 404 200 200 404 404 404 302
/work/assessments/<slug:assessment_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/scopes/new/<uuid:organisation_id>/ | the member's, saying too little | POST | 400 400 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/edit/ | the member's, changed | POST | 302 302 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/criteria/<slug:standard>/<criterion_number:number>/ | the member's | POST | 302 302 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/criteria/<slug:standard>/<criterion_number:number>/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/assess/<slug:standard>/ | the member's | POST | 302 302 404 404 404 404 404 404 404 302
/work/scopes/<slug:scope_id>/assess/<slug:standard>/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/<criterion_number:number>/ | the member's | POST | 302 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/<criterion_number:number>/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/sites/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/assessments/<slug:assessment_id>/sites/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/<criterion_number:number>/sites/<uuid:facility_id>/ | the member's | POST | 302 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/<criterion_number:number>/sites/<uuid:facility_id>/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/presence/ | the member's | POST | 200 200 404 404 200 200 404 404 404 302
/work/assessments/<slug:assessment_id>/presence/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/questions/ | anybody's | GET | 200 200 404 404 200 200 404 200 404 302
/work/threads/<uuid:thread_id>/ | a comment | GET | 200 200 404 404 404 404 404 404 404 302
/work/threads/<uuid:thread_id>/ | a question | GET | 200 200 404 404 200 200 404 404 404 302
/work/threads/<uuid:thread_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/threads/<uuid:thread_id>/ | a comment, said in | POST | 302 302 404 404 404 404 404 404 404 302
/work/threads/<uuid:thread_id>/ | a question, said in | POST | 302 302 404 404 302 302 404 404 404 302
/work/threads/<uuid:thread_id>/ | nobody's, said in | POST | 404 404 404 404 404 404 404 404 404 302
/work/threads/<uuid:thread_id>/close/ | a comment | POST | 302 302 404 404 404 404 404 404 404 302
/work/threads/<uuid:thread_id>/close/ | a question | POST | 302 302 404 404 302 302 404 404 404 302
/work/threads/<uuid:thread_id>/close/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/threads/<uuid:thread_id>/publish/ | a question | GET | 404 404 404 404 200 200 404 404 404 302
/work/threads/<uuid:thread_id>/publish/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/threads/<uuid:thread_id>/publish/ | a comment | GET | 404 404 404 404 404 404 404 404 404 302
/work/threads/<uuid:thread_id>/publish/ | a question, said in | POST | 404 404 404 404 302 302 404 404 404 302
/work/answers/<slug:answer_id>/ | the help desk's | GET | 404 404 404 404 200 200 404 404 404 302
/work/answers/<slug:answer_id>/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/answers/<slug:answer_id>/ | the help desk's, changed | POST | 404 404 404 404 302 302 404 404 404 302
/work/answers/<slug:answer_id>/withdraw/ | the help desk's | POST | 404 404 404 404 302 302 404 404 404 302
/work/answers/<slug:answer_id>/withdraw/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/people/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/people/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/people/ | the member's, to a colleague | POST | 302 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/people/ | the member's, by mail | POST | 302 400 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/send/ | the member's | GET | 200 200 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/send/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/send/ | the member's, to a firm | POST | 302 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/send/withdraw/ | sent to the firm | POST | 302 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/send/withdraw/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/received/ | sent to the firm | POST | 404 404 302 302 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/received/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/ | sent to the firm | GET | 200 200 200 200 200 200 404 404 404 302
/work/scopes/<slug:scope_id>/ | sent to the firm | GET | 200 200 200 200 200 200 404 404 404 302
/work/evidence/<slug:evidence_id>/| sent to the firm | GET | 200 200 200 200 200 404 404 404 404 302
/work/evidence/<slug:evidence_id>/file/| sent to the firm | GET | 200 200 200 200 200 404 404 404 404 302
/api/v1/work/assessments/<assessment_id> | sent to the firm | GET | 200 200 200 200 200 200 404 404 404 401
/work/assessments/<slug:assessment_id>/<criterion_number:number>/threads/ | the member's | POST | 302 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/<criterion_number:number>/threads/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/api/v1/work/ | anybody's | GET | 404 404 404 404 404 404 404 404 404 404
/api/v1/work/assessments | anybody's | GET | 200 200 200 200 200 200 200 200 200 401
/api/v1/work/assessments | saying nothing | POST | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/assessments/<assessment_id> | the member's | GET | 200 200 404 404 200 200 404 404 404 401
/api/v1/work/assessments/<assessment_id> | nobody's | GET | 404 404 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/readiness | the member's | GET | 200 200 404 404 200 200 404 404 404 401
/api/v1/work/assessments/<assessment_id>/readiness | nobody's | GET | 404 404 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/sites | the member's | GET | 200 200 404 404 200 200 404 404 404 401
/api/v1/work/assessments/<assessment_id>/sites | nobody's | GET | 404 404 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/sites | the member's | PUT | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/assessments/<assessment_id>/sites | nobody's | PUT | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/assessments/<assessment_id>/answers | the member's | GET | 200 200 404 404 200 200 404 404 404 401
/api/v1/work/assessments/<assessment_id>/answers | nobody's | GET | 404 404 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/answers/<number> | the member's | GET | 405 405 405 405 405 405 405 405 405 405
/api/v1/work/assessments/<assessment_id>/answers/<number> | nobody's | GET | 405 405 405 405 405 405 405 405 405 405
/api/v1/work/assessments/<assessment_id>/answers | the member's | PUT | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/assessments/<assessment_id>/answers | nobody's | PUT | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/assessments/<assessment_id>/answers/<number> | the member's | PUT | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/assessments/<assessment_id>/answers/<number> | nobody's | PUT | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/assessments/<assessment_id>/threads | the member's | GET | 200 200 404 404 200 200 404 404 404 401
/api/v1/work/assessments/<assessment_id>/threads | nobody's | GET | 404 404 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/threads | the member's | POST | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/threads/<thread_id>/said | a question | POST | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/threads/<thread_id>/closed | a comment | PUT | 200 200 404 404 404 404 404 404 404 401
/api/v1/work/threads/<thread_id>/closed | a question | PUT | 200 200 404 404 200 200 404 404 404 401
/api/v1/work/threads/<thread_id>/closed | nobody's | PUT | 404 404 404 404 404 404 404 404 404 401
/work/assessments/<slug:assessment_id>/workbook/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/ | the member's, sending one back | POST | 302 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/ | the member's | POST | 400 400 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/file/ | the member's | GET | 200 200 404 404 200 200 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/file/ | nobody's | GET | 404 404 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/decision/ | the member's | POST | 400 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/decision/ | the member's, throwing it away | POST | 302 302 404 404 404 404 404 404 404 302
/work/assessments/<slug:assessment_id>/workbook/decision/ | nobody's | POST | 404 404 404 404 404 404 404 404 404 302
/api/v1/work/assessments/<assessment_id>/workbook | the member's | GET | 200 200 404 404 200 200 404 404 404 401
/api/v1/work/assessments/<assessment_id>/workbook | nobody's | GET | 404 404 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/workbook | the member's, sending one back | POST | 200 200 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/workbook | the member's | DELETE | 204 404 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/workbook | nobody's | DELETE | 404 404 404 404 404 404 404 404 404 401
/api/v1/work/assessments/<assessment_id>/workbook/decision | the member's | POST | 422 422 422 422 422 422 422 422 422 401
/api/v1/work/assessments/<assessment_id>/workbook/decision | nobody's | POST | 422 422 422 422 422 422 422 422 422 401
/account/logout/                              | doing it                  | POST | 302 302 302 302 302 302 302 302 302 302
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
