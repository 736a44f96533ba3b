"""What the pages of standards show. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alunite.foundation.core.judgement import Trust
from alunite.front.register.models import Record
from alunite.front.register.present.words import trust_note, trust_word
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import number, words

# So many activities are named in a row; of more, their number, and the names on the criterion's own page.
FEW = 2


@dataclass(frozen=True, slots=True)
class FamilyShown:
    """A family of standards with its versions, newest first, and which of them may be used on the day asked for."""

    label: str
    versions: list[dict[str, Any]]
    in_use: str


def families(records: Sequence[Record], in_use: Mapping[str, str], site: Site) -> list[FamilyShown]:
    """Return the families in the scheme's order."""
    found: list[FamilyShown] = []
    for identifier, label in site.labels["families"].items():
        versions = [
            {
                "url": reverse("standard", args=[record.subject]) + site.query,
                "name": site.standard_name(record.payload or {}, record.subject),
                "version": record.payload["version"],
                "criteria": _criteria_count(record.payload["standard"]),
                "outline": len((record.payload["version"].get("outline") or {}).get("parts", ())),
                **_version_trust(record.payload["version"], site),
            }
            for record in records
            if record.payload and record.payload["family"] == identifier
        ]
        versions.sort(key=lambda item: str(item["version"]["published"]), reverse=True)
        found.append(FamilyShown(label, versions, in_use.get(identifier, "")))
    return found


def _version_trust(version: Mapping[str, Any], site: Site) -> dict[str, Any]:
    """Return how well the version and its day of publication are known."""
    note, trusted = trust_note(version["trust"], version["origin"], (version["sources"] or [""])[0], site)
    return {"version_note": note, "version_trusted": trusted}


def _criteria_count(standard_said: dict[str, Any] | None) -> int:
    if not standard_said:
        return 0
    return sum(
        len(principle["criteria"]) for section in standard_said["sections"] for principle in section["principles"]
    )


def standard(record: Record, site: Site) -> dict[str, Any]:
    """Return what a standard's page shows: its parts, and how well each is known, counted once at the head."""
    told: dict[str, Any] = record.payload or {}
    said = told | {"name": site.standard_name(told, record.subject)}
    content = said.get("standard")
    counted: dict[str, int] = {}
    covered = content["covers"]["activities"] if content else []
    for section in content["sections"] if content else []:
        for principle in section["principles"]:
            for criterion in principle["criteria"]:
                note_criterion(criterion, content or {}, site)
                criterion["url"] = reverse("criterion", args=[record.subject, criterion["number"]]) + site.query
                criterion["marks"] = _marks(criterion, covered, site)
                note = criterion["requirement"]["note"]
                counted[note] = counted.get(note, 0) + 1
    version_notes = [*said["version"]["notes"], *(content["version_notes"] if content else [])]
    remarks = [*content["reliefs"], *content["applicability_notes"], *content["disclosure_notes"]] if content else []
    for item in (*version_notes, *remarks):
        _note_trust(item, site)
    return {
        "said": said,
        "content": content,
        "notes": sorted(counted.items(), key=lambda item: -item[1]),
        "trust_words": _trust_words(content),
        "criteria": _criteria_count(content),
        "version_notes": version_notes,
        **_version_trust(said["version"], site),
        "outline": _outline(said["version"].get("outline"), site),
        "covered": len(covered),
        "parts": content["head"].get("parts", "principles") if content else "",
        "principles": [principle for section in content["sections"] for principle in section["principles"]]
        if content
        else [],
    }


@dataclass(frozen=True, slots=True)
class MarkShown:
    """What comes with a criterion, in a few words; `told` is in the language of the source."""

    text: str
    trusted: bool = True
    told: str = ""
    mark: str = ""


def _marks(criterion: Mapping[str, Any], covered: Sequence[str], site: Site) -> list[MarkShown]:
    """Return in a line what a criterion's own page says at length, and how well it is known.

    One trust word stands for its text; what is known less well than that bears the dots.
    """
    known = criterion["requirement"]["trust_word"]

    def shown(part: Mapping[str, Any], text: str, told: str = "", mark: str = "") -> MarkShown:
        return MarkShown(text, part["trusted"] or part["trust_word"] == known, told, mark)

    applies, disclosure, review = criterion["applies"], criterion["disclosure"], criterion["review"]
    marks = [shown(applies, text) for text in _only_for(applies["to"], covered, site)]
    marks += [shown(applies, _("on condition"), condition, "condition") for condition in criterion["conditions"]]
    if criterion["always"]:
        marks.append(shown(applies, _("without condition: %(who)s") % {"who": criterion["always"]}))
    if disclosure and disclosure["required"]:
        marks.append(shown(disclosure, _("to be published")))
    if review:
        years = review["max_interval_years"]
        told = ngettext("looked at again every year", "looked at again within %(n)d years", years) % {"n": years}
        marks.append(shown(review, told))
    if numbers := criterion["thresholds"]:
        least = min(numbers, key=lambda one: one["trusted"] or one["trust_word"] == known)
        told = ngettext("sets %(n)d number", "sets %(n)d numbers", len(numbers)) % {"n": len(numbers)}
        marks.append(shown(least, told))
        if any(one["must_confirm"] for one in numbers):
            marks.append(MarkShown(_("not confirmed, never used to decide")))
    marks.append(MarkShown(known, criterion["requirement"]["trusted"]))
    return [*marks, *_known_otherwise(criterion, known)]


def _only_for(to: Sequence[str], covered: Sequence[str], site: Site) -> list[str]:
    """Return whom a criterion is for where that is not everyone: by name as long as that is short."""
    if list(to) == ["all"]:
        return []
    if len(to) <= FEW:
        return [", ".join(site.label("activities", identifier) for identifier in to)]
    return [_("%(n)d of %(all)d activities") % {"n": len(to), "all": len({*covered, *to})}]


def _known_otherwise(criterion: Mapping[str, Any], known: str) -> list[MarkShown]:
    """Return how its title and where it applies are known, where that is not as its text is."""
    title, where = criterion, criterion["applies"]
    if title["trust_word"] == where["trust_word"] != known:
        told = _("its title and where: %(known)s") % {"known": where["trust_word"]}
        return [MarkShown(told, where["trusted"])]
    named = ((_("its title: %(known)s"), title), (_("where: %(known)s"), where))
    return [
        MarkShown(text % {"known": part["trust_word"]}, part["trusted"])
        for text, part in named
        if part["trust_word"] != known
    ]


def _outline(outline: dict[str, Any] | None, site: Site) -> dict[str, Any] | None:
    """Return the titles of the parts of a version whose criteria are not held, with how well they are known."""
    if outline is None:
        return None
    note, trusted = trust_note(outline["trust"], outline["origin"], (outline["sources"] or [""])[0], site)
    return {"parts": outline["parts"], "note": note, "trusted": trusted, "sources": outline["sources"] or []}


def note_criterion(criterion: dict[str, Any], content: Mapping[str, Any], site: Site) -> None:
    """Say of each part of a criterion how well it is known, and on what conditions it applies."""
    for part in (criterion, *_parts(criterion)):
        _note_trust(part, site)
    triggers = {trigger["id"]: trigger["label"] for trigger in content["triggers"]}
    always = criterion["applies"].get("always", ())
    criterion["conditions"] = [triggers.get(name, name) for name in criterion["applies"]["when"]]
    criterion["always"] = ", ".join(site.label("activities", identifier) for identifier in always)
    for threshold in criterion["thresholds"]:
        threshold["words"] = threshold_words(threshold)


def _parts(criterion: dict[str, Any]) -> list[dict[str, Any]]:
    alone = [criterion["requirement"], criterion["applies"], criterion["disclosure"], criterion["review"]]
    return [part for part in (*alone, *criterion["thresholds"], *criterion["sub_criteria"]) if part]


def _note_trust(part: dict[str, Any], site: Site) -> None:
    """Say beside a statement how well it is known; a note of its own it may have is kept as its remark."""
    part["remark"] = part.get("note")
    part["note"], part["trusted"] = trust_note(part["trust"], part["origin"], (part["sources"] or [""])[0], site)
    part["trust_word"] = trust_word(part["trust"], part["origin"], site)


def _trust_words(content: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return each trust word a row may bear, with what it means; those of its other parts stand on the criterion's page."""
    found: dict[str, str] = {}
    for section in content["sections"] if content else []:
        for principle in section["principles"]:
            for criterion in principle["criteria"]:
                for part in filter(None, (criterion, criterion["requirement"], criterion["applies"])):
                    reported = part["trust"] == Trust.READ and not part["trusted"]
                    found[part["trust_word"]] = _("seen at the third party named") if reported else part["note"]
    return sorted(found.items())


def threshold_words(threshold: Mapping[str, Any]) -> str:
    """Return a number a criterion sets in one line.

    >>> threshold_words({"metric": "share_collected", "operator": "at_least", "value": 95, "unit": "percent"})
    'share collected: at least 95\u202f%'
    """
    value = threshold["value"]
    shown = (_("yes") if value else _("no")) if isinstance(value, bool) else number(value)
    unit = (threshold.get("unit") or "").replace("percent", "%", 1)
    amount = "\u202f".join(part for part in (shown, unit) if part)
    told = " ".join(part for part in (words(threshold.get("operator") or ""), amount) if part)
    year = threshold.get("by_year")
    return f"{words(threshold['metric'])}: {told}" + (_(" by %(year)s") % {"year": year} if year else "")
