"""Addresses for machines, and the two pages that explain them."""

from __future__ import annotations

from django.urls import URLPattern, include, path

from alunite.front.api import views
from alunite.front.api.api import PARAMETERS, api
from alunite.front.api.door import door

ROOT = "api/v1/public/"

# Pages are read in every language; what machines read has one address.
pages = [
    path("data/", views.data, name="data"),
    path(ROOT + "docs", views.docs, name="api_docs"),
    path("api/", views.to_docs, name="api"),
    path("api/v1/", views.to_docs, name="api_v1"),
]
# Asked before every page's address: to walk past all of those takes a tenth of a short answer.
operations = [
    path(
        ROOT,
        include(
            [
                path("openapi.json", door(views.openapi), name="openapi"),
                *(
                    path(str(operation.pattern), door(operation.callback), name=operation.name)
                    for operation in api.urls[0]
                    if isinstance(operation, URLPattern) and operation.name in PARAMETERS
                ),
            ]
        ),
    )
]
urlpatterns = [
    path("data/<slug:name>.csv", door(views.file), {"form": "csv"}, name="data_csv"),
    path("data/<slug:name>.json", door(views.file), {"form": "json"}, name="data_json"),
    path("data/<slug:name>/<str:subject>.csv", door(views.file_row), name="data_row"),
    path("data/<slug:name>.schema.json", door(views.schema), name="data_schema"),
    path("data/<slug:name>.csv-metadata.json", door(views.metadata), name="data_metadata"),
    path("feeds/changes.atom", door(views.changes), name="changes_feed"),
    path("feeds/records.atom", door(views.lines), name="records_feed"),
    path("feeds/next-audits.ics", door(views.calendar), name="next_audits"),
    path("sitemap.xml", door(views.sitemap), name="sitemap"),
    path("sitemap-<int:number>.xml", door(views.sitemap_part), name="sitemap_part"),
    path("robots.txt", door(views.robots), name="robots"),
    path(ROOT + "<path:path>", door(views.nothing_here)),
]
