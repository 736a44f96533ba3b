"""What holds at a site: its own words where it has some, else those of the answer for all. Pure.

Worked examples: docs/algorithms/self-assessment.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alunite.programme.assessments.rules import AtSite, Said

# What of a criterion a site may say otherwise, each as text; `evidence` are ids, in their order, between commas.
SITE_FIELDS = ("level", "text", "gap", "gap_due", "gap_owner", "evidence")
PLAN = ("gap", "gap_due", "gap_owner")


def fields_said(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields a site says otherwise than the answer for all.

    >>> fields_said({"level": "", "text": "We recycle it.", "gap": ""})
    ('text',)
    """
    return tuple(name for name in SITE_FIELDS if values.get(name))


def at_site(name: str, own: Mapping[str, str], common: Mapping[str, str], evidence: int) -> AtSite:
    """Return what holds at a site, field by field its own or that of the answer for all.

    Parameters
    ----------
    name : str
        Of the site.
    own, common : mapping of str to str
        Fields of the site and of the answer for all; what is empty or not there is not said.
    evidence : int
        How many pieces speak for the site: its own, and those that speak for all.
    """
    holds = {field: own.get(field) or common.get(field, "") for field in SITE_FIELDS}
    # Whoever chooses another level says why for themselves.
    text = own.get("text") if own.get("level") else holds["text"]
    said = Said(
        level=holds["level"],
        has_text=bool(text),
        is_planned=all(holds[field] for field in PLAN),
        evidence=evidence,
    )
    return AtSite(name, said, has_own_level=bool(own.get("level")))


def for_all(said: Said, sites: Sequence[str], different: Sequence[AtSite]) -> Said:
    """Return the answer for all with what holds at the sites that say otherwise.

    `sites` are the names of all that the scope covers: where each of them says something of its own, nothing is left that the
    answer for all is for.
    """
    return Said(
        said.level,
        said.has_text,
        said.is_to_check,
        said.is_planned,
        said.evidence,
        sites=tuple(different),
        is_for_some=len(different) < len(sites) or not sites,
    )
