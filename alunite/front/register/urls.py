from __future__ import annotations

from django.urls import path, register_converter

from alunite.foundation.publications.identifiers import ALPHABET, LENGTH
from alunite.front.register import (
    about_views,
    card_views,
    changes_views,
    chart_views,
    fact_views,
    home_views,
    list_views,
    map_views,
    places_views,
    standards_views,
    views,
)


class PublicId:
    """A public id in an address."""

    regex = f"[{ALPHABET}]{{{LENGTH}}}"

    def to_python(self, value: str) -> str:
        """Return the id."""
        return value

    def to_url(self, value: str) -> str:
        """Return the id."""
        return value


class CountryCode:
    """A country of ISO 3166-1 by its two letters; small ones lead to the address with capitals."""

    regex = "[A-Za-z]{2}"

    def to_python(self, value: str) -> str:
        """Return the code."""
        return value

    def to_url(self, value: str) -> str:
        """Return the code."""
        return value


register_converter(PublicId, "public_id")
register_converter(CountryCode, "country_code")

urlpatterns = [
    path("", home_views.home, name="home"),
    path("charts/<slug:name>.csv", chart_views.chart_csv, name="chart_csv"),
    path("charts/<slug:name>.svg", chart_views.chart_svg, name="chart_svg"),
    path("charts/<slug:name>.png", chart_views.chart_png, name="chart_png"),
    path("register/", list_views.register, name="register"),
    path("register/compare/", changes_views.changes_between, name="register_compare"),
    path("map/", map_views.facility_map, name="map"),
    path("certificates/<public_id:subject>/", views.certificate, {"slug": ""}, name="certificate"),
    path("certificates/<public_id:subject>-<slug:slug>/", views.certificate, name="certificate"),
    path("events/<public_id:subject>/", views.certification_event, {"slug": ""}, name="certification_event"),
    path("events/<public_id:subject>-<slug:slug>/", views.certification_event, name="certification_event"),
    path("members/", fact_views.members, name="members"),
    path("members/<public_id:subject>/", fact_views.member, {"slug": ""}, name="member"),
    path("members/<public_id:subject>-<slug:slug>/", fact_views.member, name="member"),
    path("firms/", fact_views.firms, name="firms"),
    path("firms/<public_id:subject>/", fact_views.firm, {"slug": ""}, name="firm"),
    path("firms/<public_id:subject>-<slug:slug>/", fact_views.firm, name="firm"),
    path("facilities/", fact_views.facilities, name="facilities"),
    path("facilities/<public_id:subject>/", fact_views.facility, {"slug": ""}, name="facility"),
    path("facilities/<public_id:subject>-<slug:slug>/", fact_views.facility, name="facility"),
    path("cards/register.png", card_views.of_site, name="site_card"),
    path("cards/<slug:kind>/<public_id:subject>.png", card_views.of_record, name="card"),
    path("countries/", places_views.countries, name="countries"),
    path("countries/<country_code:code>/", places_views.country, name="country"),
    path("activities/", places_views.activities, name="activities"),
    path("activities/<slug:activity>/", places_views.activity, name="activity"),
    path("figures/", fact_views.figures, name="figures"),
    path("figures/<public_id:subject>/", fact_views.figure, {"slug": ""}, name="figure"),
    path("figures/<public_id:subject>-<slug:slug>/", fact_views.figure, name="figure"),
    path("about/", about_views.about_the_data, name="about"),
    path("standards/", standards_views.standards, name="standards"),
    path("standards/applies/", standards_views.applies, name="applies"),
    path("standards/applies.xlsx", standards_views.applies_xlsx, name="applies_xlsx"),
    path("standards/compare/", standards_views.compare, name="compare"),
    path("standards/versions/", standards_views.versions, name="versions"),
    path("standards/<slug:version>/", standards_views.standard, name="standard"),
    path("standards/<slug:version>/<str:number>/", standards_views.criterion, name="criterion"),
]

# What programs take: one address in every language.
files = [
    path("register.csv", list_views.register_csv, name="register_csv"),
    path("register.json", list_views.register_json, name="register_json"),
    path("standards/applies.csv", standards_views.applies_csv, name="applies_csv"),
    path("standards/compare.csv", standards_views.compare_csv, name="compare_csv"),
    path("map.geojson", map_views.map_geojson, name="map_geojson"),
]
