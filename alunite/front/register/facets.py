"""By which values a record of each kind can be found. One small function a kind; a kind without one gets `of_codes`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from alunite.foundation.core.canonical import digest
from alunite.foundation.core.text import fold, words
from alunite.foundation.publications.kinds import UNKNOWN

Values = Mapping[str, Iterable[str]]

# A longer value names nothing that anybody would look up, and no index should hold it.
LONGEST_VALUE = 200

ABOUT_LENGTH = 16

# One word for one thing: a list in a payload is a facet under the name of one of its values.
ONE_OF = {"activities": "activity", "countries": "country", "members": "member", "family": "standard"}

# Which day of a payload is its last known event, best first.
EVENT_DAYS = (("issue_date", "issued"), ("announced_date", "announced"), ("certified_since", "certified_since"))

_CODE = re.compile(r"[^\W_][\w.:/-]{0,79}")
_DAY = re.compile(r"\d{4}(-\d\d){0,2}")


def of_line(said: Mapping[str, Any]) -> Values:
    """Return the facets of a certificate, or of a certification event that stands by itself."""
    return {
        "activity": said["activities"],
        "country": said["countries"],
        "firm": [said["firm"]["id"]] if said["firm"] else [UNKNOWN],
        "level": [said["level"]],
        "member": [member["id"] for member in said["members"]],
        "standard": [said["family"]],
        "version": [said["version"]],
        "year": [last_event(said)[1][:4] or UNKNOWN],
    }


def of_event(said: Mapping[str, Any]) -> Values:
    """Return the facets of a certification event.

    One under a certificate is no line: it is found by the members it names, and counted by what no source says of it.
    """
    values = of_line(said)
    if not said.get("certificate"):
        return values
    return {"member": values["member"]} | {name: [UNKNOWN] for name, among in values.items() if UNKNOWN in among}


def last_event(said: Mapping[str, Any]) -> tuple[str, str]:
    """Return the word for the last event known of a line, and its day as printed; empty when no day is known."""
    return next(((word, said[field]) for field, word in EVENT_DAYS if said[field] != UNKNOWN), (UNKNOWN, ""))


def of_codes(said: Mapping[str, Any]) -> Values:
    """Return every field of a payload that is a code, an id, a thing named by its id, or a list of these.

    Days, addresses, sentences and whatever is nested deeper are no facets.
    """
    found: dict[str, list[str]] = {}
    for name, value in said.items():
        codes = [code for item in (value if isinstance(value, list) else [value]) if (code := _code(item))]
        if codes and name != "id":
            found[ONE_OF.get(name, name)] = codes
    return found


def _code(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("id")
    is_code = isinstance(value, str) and _CODE.fullmatch(value) and not _DAY.fullmatch(value) and "//" not in value
    return value if is_code else ""


def of_named(said: Mapping[str, Any]) -> Values:
    """Return the codes of a record that is looked up by its name, and the words of that name."""
    return {**of_codes(said), "word": words_said(said, "name")}


def words_said(said: Mapping[str, Any], *fields: str) -> list[str]:
    """Return the words of what a record says in some fields, and of what those say there that were merged into it."""
    every = [one.get(name, "") for one in (said, *said.get("merged", ())) for name in fields]
    return words(" ".join(text for text in every if text != UNKNOWN))


def of_audit(said: Mapping[str, Any]) -> Values:
    """Return the facets of an audit: whom and what it is of."""
    return {
        "audit_type": [said["audit_type"]],
        "certificate_record": [said["certificate_record"]],
        "firm": [said["firm"]["id"]] if said["firm"] else [UNKNOWN],
        "member": [member["id"] for member in said["members"]],
        "standard": [said["family"]],
        "version": [said["version"]],
    }


def of_finding(said: Mapping[str, Any]) -> Values:
    """Return the facets of a finding; a sum over many audits is found by the version it speaks of."""
    of_one = {"audit": [said["audit"]]} if said["audit"] else {"sum": [said["version"]]}
    return {
        **of_one,
        "criterion": said["criteria"],
        "member": [member["id"] for member in said["members"]],
        "rating": [said["rating"]],
        "standard": [said["family"]],
    }


def of_facility(said: Mapping[str, Any]) -> Values:
    """Return the facets of a facility; whether its place on the map is known is one of them."""
    is_placed = UNKNOWN not in (said["latitude"], said["longitude"])
    return {
        "activity": [item["activity"] for item in said["activities"]],
        "country": said["countries"],
        "operator": [said["operator"]],
        "placed": ["yes" if is_placed else "no"],
        "status": [said["status"]],
        "word": words_said(said, "name", "operator"),
    }


def of_figure(said: Mapping[str, Any]) -> Values:
    """Return the facets of a figure; those of one `about` say something of the same metric of the same subject."""
    return {
        "about": [about(said)],
        "country": said["countries"],
        "dimension": [said["dimension"]],
        "level": [said["level"]],
        "metric": [metric(said)],
        "period": [said["period"]],
        "place": [said["place"]],
        "row_kind": [said["row_kind"]],
        "thing": [said["thing"]],
        "used": ["yes" if said["is_used"] else "no"],
        "word": words_said(said, "place", "metric", "measure", "dimension"),
    }


def metric(said: Mapping[str, Any]) -> str:
    """Return what a figure counts: the scheme's indicator, else the word of its source."""
    return str(said["metric"] if said["indicator"] == UNKNOWN else said["indicator"])


def about(said: Mapping[str, Any]) -> str:
    """Return what is the same for all figures of one metric of one subject, whatever the year and the unit."""
    where = (said["level"], said["place"], said["part"], ";".join(said["countries"]))
    return digest([fold(word) for word in (metric(said), *where)])[:ABOUT_LENGTH]


def of_answer(said: Mapping[str, Any]) -> Values:
    """Return the facets of a published answer: what it is about, and none of its words."""
    return {"criterion": [said["criterion"]], "standard": [said["family"]], "version": [said["version"]]}


def of_nothing(_said: Mapping[str, Any]) -> Values:
    """Return no facets: there are few records of the kind, and nobody filters them."""
    return {}


BY_KIND: dict[str, Callable[[Mapping[str, Any]], Values]] = {
    "audit": of_audit,
    "certificate": of_line,
    "certification_event": of_event,
    "facility": of_facility,
    "figure": of_figure,
    "finding": of_finding,
    "firm": of_named,
    "member": of_named,
    "published_answer": of_answer,
    "scheme": of_nothing,
}


def facets(kind: str, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return name and value of each facet of a record, each once, in order."""
    values = BY_KIND.get(kind, of_codes)(said)
    return sorted({(name, value) for name, among in values.items() for value in among if len(value) <= LONGEST_VALUE})
