"""What the page about the data shows: counts in words, each with what it is a part of. No query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alunite.foundation.core.judgement import OURS
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.about import Said
from alunite.front.register.models import Record
from alunite.front.register.present.standards import standard
from alunite.front.register.present.words import STATE_MARKS, STATE_MEANS, STATE_WORDS, Status, says_owner
from alunite.front.register.queries import STATE_ORDER
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import number

KIND_WORDS = {
    "certificate": gettext_lazy("Certificates"),
    "certification_event": gettext_lazy("Certification events"),
    "audit": gettext_lazy("Audits"),
    "finding": gettext_lazy("Findings of audits"),
    "member": gettext_lazy("Members"),
    "firm": gettext_lazy("Audit firms"),
    "facility": gettext_lazy("Facilities"),
    "figure": gettext_lazy("Figures"),
    "standard_version": gettext_lazy("Versions of standards"),
}
KIND_LISTS = {
    "member": "members",
    "firm": "firms",
    "facility": "facilities",
    "figure": "figures",
    "standard_version": "standards",
}

MISSING_WORDS = {
    ("facility", "placed"): gettext_lazy("Facilities without coordinates, which no map can show"),
    ("certification_event", "level"): gettext_lazy("Events whose level of certification no source states"),
    ("certification_event", "version"): gettext_lazy("Events whose version of the standard no source states"),
    ("certification_event", "activity"): gettext_lazy("Events without a list of activities"),
    ("certification_event", "firm"): gettext_lazy("Events whose audit firm no source names"),
    ("member", "standing"): gettext_lazy("Members named in a source, and in no list of members we hold"),
}
MISSING_LISTS = {
    ("facility", "placed"): ("facilities", "placed=no"),
    ("certification_event", "level"): ("register", "level=unknown"),
    ("certification_event", "version"): ("register", "version=unknown"),
    ("certification_event", "activity"): ("register", "activity=unknown"),
}


@dataclass(frozen=True, slots=True)
class KindRow:
    """Records of a kind: how many in all, and how many each side says."""

    name: str
    url: str
    all: int
    owner: int
    others: int
    untold: int


@dataclass(frozen=True, slots=True)
class TermsRow:
    """Records that came on the same terms: whom to name, what the terms are, of which kinds they are."""

    attribution: str
    licence: str
    kinds: str
    records: int


@dataclass(frozen=True, slots=True)
class MissingRow:
    """What is missing of how many, and the list of these where there is one."""

    words: str
    share: str
    url: str


@dataclass(frozen=True, slots=True)
class StateRow:
    """A state, what it means, and how many lines are in it."""

    status: Status
    meaning: str
    lines: int


def by_kind(told: Sequence[Said], site: Site) -> list[KindRow]:
    """Return a row for each kind, in the order pages name them."""
    counted: dict[str, Counter[str]] = {kind: Counter() for kind in KIND_WORDS}
    for one in told:
        if one.kind in counted:
            counted[one.kind][_side(one.origin, site)] += one.records
    return [
        KindRow(
            str(KIND_WORDS[kind]),
            reverse(KIND_LISTS[kind]) + site.query if kind in KIND_LISTS else "",
            sum(sides.values()),
            sides["owner"],
            sides["others"],
            sides["untold"],
        )
        for kind, sides in counted.items()
    ]


def _side(origin: str, site: Site) -> str:
    if says_owner(origin, site):
        return "owner"
    # What is ours is told by no page.
    return "untold" if origin in {"", UNKNOWN, OURS} else "others"


def terms(told: Sequence[Said]) -> list[TermsRow]:
    """Return on which terms records came, those of most records first; what names nobody is not here."""
    counted: Counter[tuple[str, str]] = Counter()
    kinds: dict[tuple[str, str], list[str]] = {}
    for one in told:
        if one.attribution:
            key = (one.attribution, one.licence)
            counted[key] += one.records
            if (name := str(KIND_WORDS.get(one.kind, one.kind))) not in kinds.setdefault(key, []):
                kinds[key].append(name)
    return [
        TermsRow(
            _unless_unknown(attribution), _unless_unknown(licence), ", ".join(kinds[attribution, licence]), records
        )
        for (attribution, licence), records in counted.most_common()
    ]


def _unless_unknown(text: str) -> str:
    return "" if text == UNKNOWN else text


def part_of(part: int, whole: int) -> str:
    """Return a count as a share, with its counts: 35 % (88 of 253)."""
    if not whole:
        return _("none of none")
    return _("%(percent)s\u202f%% (%(part)s of %(whole)s)") % {
        "percent": round(100 * part / whole),
        "part": number(part),
        "whole": number(whole),
    }


def missing(
    lacking: Mapping[tuple[str, str], int], told: Sequence[Said], lines: Mapping[str, tuple[int, int]], site: Site
) -> list[MissingRow]:
    """Return what is missing, each as a part of what there is."""
    whole: Counter[str] = Counter()
    for one in told:
        whole[one.kind] += one.records
    listed, dateless = (sum(counts) for counts in zip((0, 0), *lines.values(), strict=True))
    events, _of_these = lines.get("certification_event", (0, 0))
    rows = [
        MissingRow(
            _("Lines of the register whose certificate is not identified"),
            part_of(events, listed),
            reverse("register") + site.query,
        ),
        MissingRow(_("Lines without any date, so of unknown state"), part_of(dateless, listed), ""),
    ]
    for key, words in MISSING_WORDS.items():
        route, asked = MISSING_LISTS.get(key, ("", ""))
        address = f"{reverse(route)}?{asked}{site.query.replace('?', '&')}" if route and lacking.get(key) else ""
        rows.append(MissingRow(str(words), part_of(lacking.get(key, 0), whole[key[0]]), address))
    return rows


def states(counted: Mapping[str, int]) -> list[StateRow]:
    """Return every state a record can be in, what it means, and how many lines are in it on the day."""
    return [
        StateRow(
            Status(state, STATE_MARKS.get(state, state), str(STATE_WORDS[state])),
            str(STATE_MEANS[state]),
            counted.get(state, 0),
        )
        for state in STATE_ORDER
    ]


def criteria(versions: Sequence[Record], site: Site) -> list[dict[str, Any]]:
    """Return each version of a standard whose criteria are held, with how well they are known."""
    shown = []
    for record in versions:
        told = standard(record, site)
        if told["content"]:
            whole = told["criteria"]
            shown.append(
                {
                    "name": site.standard_name(record.payload or {}, record.subject),
                    "url": reverse("standard", args=[record.subject]) + site.query,
                    "criteria": whole,
                    "notes": [(note, part_of(count, whole)) for note, count in told["notes"]],
                }
            )
    return shown
