"""The source of a fact as it is shown beside it, and values as they are written. No query, no rule, only words and order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.core.judgement import THIRD_PARTY, Trust
from alunite.foundation.scheme.notes import host
from alunite.front.register.present.records import ReasonShown
from alunite.front.register.present.words import sentence, to_be_named, trust_note, trust_word
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import number


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a fact was read, who speaks there, and on what terms it may be used."""

    url: str
    host: str
    who: str
    document: str
    via: str
    licence: str
    attribution: str


def cited(said: Mapping[str, Any], site: Site) -> Cited:
    """Return the source of a payload; what it does not name is empty."""
    url = said.get("source_url", "")
    note, _is_trusted = trust_note(Trust.READ, said.get("origin", THIRD_PARTY), url, site)
    return Cited(
        url=url,
        host=host(url),
        who=note,
        document=known(said.get("source")),
        via=known(said.get("via_url")),
        licence=known(said.get("licence")),
        attribution=to_be_named(known(said.get("attribution")), url),
    )


def known(value: Any) -> str:
    """Return a published value, empty where it is unknown."""
    return "" if is_unknown(value) else str(value)


def hosts(sources: Iterable[Cited]) -> list[str]:
    """Return whose pages some sources are, those of most first."""
    return [host for host, _count in Counter(source.host for source in sources).most_common()]


def reasons(told: list[dict[str, Any]], among: Collection[str], site: Site) -> list[ReasonShown]:
    """Return reasons of a choice between values, each with the values it put before others.

    `among` are the values the page shows: one that was redacted is not told of here either.
    """
    shown = []
    for item in told:
        note, is_trusted = trust_note(item["trust"], item["origin"], item["source"], site)
        text = sentence(item["text"], _compared(item["values"], among))
        shown.append(
            ReasonShown(text, note, is_trusted, item["source"], word=trust_word(item["trust"], item["origin"], site))
        )
    return shown


def _compared(values: Mapping[str, Any], among: Collection[str]) -> str:
    before, behind = ([value for value in values.get(side, []) if value in among] for side in ("before", "behind"))
    if not (before and behind):
        return "."
    return _(": %(before)s before %(behind)s.") % {"before": _listed(before), "behind": _listed(behind)}


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(dict.fromkeys(number(str(value)) for value in values))
