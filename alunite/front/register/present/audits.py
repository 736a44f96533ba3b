"""Audits as they were announced, and sums over many. What was said, by whom and where; nothing that would follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alunite.front.register.models import Record
from alunite.front.register.present.cited import Cited, cited, known
from alunite.front.register.present.words import record_url, version_label
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day
from alunite.front.register.templatetags.shown import days_in


@dataclass(frozen=True, slots=True)
class FindingShown:
    """What was said of a criterion, of several, of all that apply, or of a principle."""

    where: str
    principle: str
    rating: str
    count: str
    note: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class SumsShown:
    """What one source says of many audits together."""

    whom: str
    period: str
    findings: list[FindingShown]
    cited: Cited


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of an audit under one head; a text that is empty is what nobody told."""

    head: str
    text: str
    url: str = ""
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class AuditShown:
    """An audit as announced; a text that is empty is what nobody told."""

    id: str
    title: str
    entity: str
    about: str
    start: str
    end: str
    told: list[Told]
    detail: str
    findings: list[FindingShown]
    cut_off: str
    cited: Cited

    @property
    def said(self) -> list[Told]:
        """What somebody told."""
        return [item for item in self.told if item.text]

    @property
    def silent(self) -> str:
        """What nobody told, in one line for lists of many audits."""
        return " · ".join(item.head for item in self.told if not item.text)


def audits(records: Sequence[Record], site: Site) -> list[AuditShown]:
    """Return audits, those with the latest day first, and those without a day after them."""
    shown = [(_latest_day(record.payload), _audit(record.payload, site)) for record in records if record.payload]
    return [audit for _day, audit in sorted(shown, key=lambda item: item[0], reverse=True)]


def _latest_day(said: Mapping[str, Any]) -> str:
    return known(said["audit_start"]) or known(said["audit_end"]) or known(said["report_date"])


def _audit(said: Mapping[str, Any], site: Site) -> AuditShown:
    return AuditShown(
        id=said["id"],
        title=known(said["audit_type"]) or _("Audit, kind not published"),
        entity=said["entity"],
        about=f"{site.label('families', said['family'])}, {version_label(said['version'], site)}",
        start=known(said["audit_start"]),
        end=known(said["audit_end"]),
        told=_told(said, site),
        detail=known(said["detail_level"]),
        findings=[finding(item, site) for item in said["findings"]],
        cut_off=_cut_off(said),
        cited=cited(said, site),
    )


def _told(said: Mapping[str, Any], site: Site) -> list[Told]:
    firm = said["firm"]
    asked = [
        Told(_("Audit firm"), firm["name"], url=record_url("firm", firm["id"], firm["name"], site.query))
        if firm
        else Told(_("Audit firm"), ""),
        Told(_("Report of"), known(said["report_date"]), is_day=True),
        Told(_("Outcome"), known(said["outcome"])),
        Told(_("Major non-conformances"), known(str(said["nc_major"]))),
        Told(_("Minor non-conformances"), known(str(said["nc_minor"]))),
        Told(_("Overall maturity rating"), known(said["overall_maturity_rating"])),
        Told(_("Next audit"), known(said["next_audit"]), is_day=True),
    ]
    beside = [
        Told(_("On site or remote"), known(said["mode"])),
        Told(_("Remark of the collectors"), days_in(said["note"])),
    ]
    return [*asked, *(told for told in beside if told.text)]


def finding(said: Mapping[str, Any], site: Site) -> FindingShown:
    """Return a finding with its rating in the scheme's word, where it has that word, else as printed."""
    rating = said["rating_printed"] if is_unknown(said["rating"]) else site.label("ratings", said["rating"])
    return FindingShown(
        where=_where(said),
        principle=known(said["principle"]),
        rating=rating,
        count=known(str(said["count"])),
        note=said["note"],
        cited=cited(said, site),
    )


def _where(said: Mapping[str, Any]) -> str:
    if said["extent"] == "all_applicable":
        return _("All applicable criteria")
    return known(said["criterion"])


def _cut_off(said: Mapping[str, Any]) -> str:
    """Say that fewer non-conformances are named than were counted; nothing where neither is known."""
    counts = [count for count in (said["nc_major"], said["nc_minor"]) if not is_unknown(count)]
    named = sum(
        1 if is_unknown(item["count"]) else item["count"]
        for item in said["findings"]
        if item["extent"] != "all_applicable"
    )
    counted = sum(counts)
    if counted <= named:
        return ""
    if not named:
        return ngettext(
            "%(n)d was counted; which criterion it was is not published here.",
            "%(n)d were counted; which criteria they were is not published here.",
            counted,
        ) % {"n": counted}
    return _("List cut off: %(counted)d were counted, and %(named)d of them can be named here.") % {
        "counted": counted,
        "named": named,
    }


def sums(records: Sequence[Record], site: Site) -> list[SumsShown]:
    """Return sums over many audits, those of one source over the same audits together, the latest first."""
    groups: dict[tuple[str, str, str], list[FindingShown]] = defaultdict(list)
    for record in records:
        if record.payload:
            shown = finding(record.payload, site)
            groups[(record.payload["period"], record.payload["entity"], record.payload["source_url"])].append(shown)
    return [
        SumsShown(whom, _over(period), sorted(found, key=_in_order), found[0].cited)
        for (period, whom, _url), found in sorted(groups.items(), reverse=True)
    ]


def _over(period: str) -> str:
    """Return a day, month or year, or a run of them, as all others are shown."""
    return " – ".join(show_day(part) for part in period.split("/"))


def _in_order(item: FindingShown) -> tuple[int, str, str]:
    """Order findings as standards do: by the number of the principle, then by criterion."""
    first = item.principle.partition(" ")[0].partition(".")[0]
    return (int(first) if first.isdecimal() else 0, item.principle, item.where)
