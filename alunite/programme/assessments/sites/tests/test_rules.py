"""What holds at sites, and what of it an audit waits for. Values in, values out."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pytest

from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.tests.where import SHIPPED
from alunite.programme.assessments.rules import Said, ScopeValues, criteria_of, readiness
from alunite.programme.assessments.sites.rules import at_site, for_all

pack = lru_cache(lambda: load_pack(SHIPPED))
MET = {"level": "conformance", "text": "As everywhere."}
PLANNED = {"gap": "Buy a filter.", "gap_due": "2027-08-31", "gap_owner": "7"}
SITES = ("Harbour", "Hill")


def missing(common: dict[str, str], sites: dict[str, dict[str, str]], evidence: int = 1) -> dict[str, tuple[str, ...]]:
    """What is missing at 1.1 alone, by what is asked, where the answer for all and these sites say this."""
    triggers = tuple(one.id for one in pack().standard("ps-3").triggers)
    scope = ScopeValues(("aluminium_smelting",), "", False, (), triggers, date(2026, 11, 23))
    criteria = criteria_of(pack(), pack().standard("ps-3"), scope, {})
    said = {one.number: Said("conformance", has_text=True, evidence=1) for one in criteria}
    all_of_plan = all(common.get(one) for one in PLANNED)
    whole = Said(common.get("level", ""), bool(common.get("text")), is_planned=all_of_plan, evidence=evidence)
    different = [at_site(name, own, common, evidence + ("evidence" in own)) for name, own in sites.items()]
    said["1.1"] = for_all(whole, SITES, different) if sites else whole
    _, unmet = readiness(pack().assessments, criteria, said)
    assert said["1.1"].is_answered == ("every_criterion_answered" not in {one.asked.id for one in unmet})
    return {one.asked.id: one.concerns for one in unmet}


@pytest.mark.parametrize(
    ("common", "sites", "expected"),
    [
        (MET, {}, {}),
        (MET, {"Hill": {"text": "Here the authority looks at it."}}, {}),
        # A gap at one site wants a plan of that site; with one it wants nothing more.
        (MET, {"Hill": {"level": "minor_nc"}}, {"gaps_planned": ("1.1 · Hill",)}),
        (MET, {"Hill": {"level": "minor_nc", **PLANNED}}, {}),
        # The plan for all is also that of a site which names only another person for it.
        ({"level": "minor_nc", "text": "No.", **PLANNED}, {"Hill": {"gap_owner": "8"}}, {}),
        # What a site lacks because all lack it is said once.
        ({"level": "minor_nc"}, {"Hill": {"text": "Nearly."}}, {"gaps_planned": ("1.1",)}),
        ({}, {"Hill": {"level": "conformance"}}, {"every_criterion_answered": ("1.1",)}),
        ({}, {"Hill": {"text": "Not yet."}}, {"every_criterion_answered": ("1.1",)}),
        # Where each site answers for itself, nothing is left for an answer for all.
        ({}, {"Hill": {"level": "conformance"}, "Harbour": {"level": "conformance"}}, {}),
        (
            {},
            {"Hill": {"level": "conformance"}, "Harbour": {"text": "Not yet."}},
            {"every_criterion_answered": ("1.1 · Harbour",)},
        ),
        # Why all meet it is no reason for one to say that it does not apply there.
        (MET, {"Hill": {"level": "not_applicable"}}, {"reasons_given": ("1.1 · Hill",)}),
        (MET, {"Hill": {"level": "not_applicable", "text": "It is closed."}}, {}),
        (
            {"level": "not_applicable"},
            {"Hill": {"level": "not_applicable"}},
            {"reasons_given": ("1.1", "1.1 · Hill")},
        ),
    ],
)
def test_what_is_missing_at_a_site_is_named_with_the_site(common, sites, expected):
    assert missing(common, sites) == expected


def test_evidence_of_a_site_speaks_for_it_and_that_for_all_speaks_for_it_too():
    own = {"Hill": {"evidence": "abc"}}
    assert missing(MET, own, evidence=0) == {"evidence": ("1.1",)}
    assert missing(MET, {"Hill": {"text": "Ours."}, "Harbour": {"evidence": "abc"}}, evidence=0) == {
        "evidence": ("1.1 · Hill",)
    }
    assert missing(MET, {"Hill": {"text": "Ours."}}, evidence=1) == {}
