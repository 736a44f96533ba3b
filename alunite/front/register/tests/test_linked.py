"""Records as schema.org has them: what is known and nothing else, and nothing that could end the block it stands in."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from alunite.foundation.publications.models import Publication
from alunite.front.register.models import Record
from alunite.front.register.present import linked
from alunite.front.register.tests import world

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
DAY = dt.date(2021, 6, 30)


def certificate(**said):
    runs = [("active", "2020-01-10", "2023-01-09"), ("expired", "2023-01-10", None)]
    line = [
        {"state": state, "first": first, "last": last, "qualifier": "", "reasons": []} for state, first, last in runs
    ]
    known = {
        "entity": "Works",
        "members": [{"id": "bb234567", "name": "Metals"}],
        "countries": ["NO"],
        "certificate_number": "17",
        "issue_date": "2020-01-10",
        "expiry_date": "2023-01-09",
        "timeline": line,
    }
    return Record(kind="certificate", subject="cc234567", payload=known | said)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (DAY, "https://schema.org/CertificationActive"),
        (dt.date(2023, 1, 10), "https://schema.org/CertificationInactive"),
        (dt.date(2019, 1, 1), None),
    ],
)
def test_a_certificate_has_the_status_of_the_day_and_none_where_nothing_is_known(day, status):
    found = linked(certificate(), day, "https://example.org/x/")
    assert found.get("certificationStatus") == status
    assert (found["@type"], found["certificationIdentification"]) == ("Certification", "17")
    assert (found["validFrom"], found["expires"]) == ("2020-01-10", "2023-01-09")
    assert found["about"]["address"] == [{"@type": "PostalAddress", "addressCountry": "NO"}]


def test_what_no_source_tells_is_left_out():
    silent = certificate(
        certificate_number="unknown", issue_date="2020-01", expiry_date="unknown", countries=["unknown"], timeline=[]
    )
    found = linked(silent, DAY, "https://example.org/x/")
    assert "unknown" not in json.dumps(found)
    assert not {"certificationIdentification", "validFrom", "expires", "certificationStatus"} & set(found)


@pytest.mark.parametrize(
    ("countries", "region", "latitude", "told"),
    [
        (["NO"], "Nordland", "66.3", {"address", "geo"}),
        (["NO", "SE"], "Nordland", "unknown", {"address"}),
        (["unknown"], "unknown", "unknown", set()),
    ],
)
def test_a_facility_is_a_place_as_far_as_it_is_known(countries, region, latitude, told):
    said = {"name": "Works", "countries": countries, "region": region, "latitude": latitude, "longitude": "14.1"}
    found = linked(Record(kind="facility", payload=said), DAY, "https://example.org/x/")
    assert found.keys() - {"@context", "@id", "url", "@type", "name"} == told
    assert (found["@type"], found["name"]) == ("Place", "Works")
    assert [one.get("addressRegion") for one in found.get("address", [])] in (["Nordland"], [None, None], [])
    if "geo" in told:
        assert (found["geo"]["latitude"], found["geo"]["longitude"]) == ("66.3", "14.1")


def test_the_page_of_a_facility_bears_it(db, client, tmp_path):
    world.take_up_facts(tmp_path)
    facility = Record.objects.filter(kind="facility", until=None).first()
    path = world.address("facility", facility.subject)
    [block] = BLOCK.findall(client.get(path).content.decode())
    assert (json.loads(block)["@type"], json.loads(block)["name"]) == ("Place", facility.payload["name"])


@pytest.mark.parametrize(
    ("kind", "type_"), [("certificate", "Certification"), ("member", "Organization"), ("firm", "Organization")]
)
def test_a_page_bears_what_it_tells(samples, client, kind, type_):
    subject = Publication.objects.filter(kind=kind).order_by("pk").values_list("subject", flat=True)[0]
    path = world.address(kind, subject)
    [block] = BLOCK.findall(client.get(path).content.decode())
    told = json.loads(block)
    assert (told["@context"], told["@type"], told["url"]) == ("https://schema.org", type_, f"http://testserver{path}")
    [french] = BLOCK.findall(client.get(f"/fr{path}").content.decode())
    assert json.loads(french)["@id"] == told["@id"], "one thing, whatever it is read in"


def test_an_event_is_no_certification(samples, client):
    subject = Publication.objects.filter(kind="certification_event").order_by("pk").values_list("subject", flat=True)[0]
    assert BLOCK.findall(client.get(world.address("certification_event", subject)).content.decode()) == []


def test_a_name_cannot_end_the_block(adopted_scheme, client, tmp_path):
    name = "</script><script>alert(1)</script>&amp;"
    world.take_up(tmp_path, {"record_id": "C1", "entity": name, "certificate_number": "9", "issue_date": "2020-01-01"})
    subject = Record.objects.get(kind="certificate", until=None).subject
    page = client.get(world.address("certificate", subject)).content.decode()
    [block] = BLOCK.findall(page)
    assert json.loads(block)["name"] == name
    assert "<script>alert" not in page
