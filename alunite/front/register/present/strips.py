"""The first questions a reader has of a member, a firm or a facility, answered in a strip. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alunite.foundation.scheme.notes import host
from alunite.front.register.present.facilities import FacilityShown, used_capacity
from alunite.front.register.present.records import Answer
from alunite.front.register.present.words import knows_activities
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import counted
from alunite.front.register.templatetags.shown import day as show_day


def of_member(said: Mapping[str, Any], lines: int, audits: int, site: Site) -> list[Answer]:
    """Return what is asked first of a member."""
    covered = [label for identifier, label in site.labels["activities"].items() if identifier in said["activities"]]
    all_activities = len(site.labels["activities"])
    basis = "" if is_unknown(said["class_basis"]) else said["class_basis"]
    return [
        _answer(_("Class of membership"), _label(said["membership_class"], site), basis),
        _answer(
            _("What it does"),
            _("%(n)d of %(all)d activities") % {"n": len(covered), "all": all_activities}
            if knows_activities(said["activities"])
            else "",
            ", ".join(covered) or _("activities not published"),
        ),
        _answer(
            _("Joined"), "" if is_unknown(said["joined"]) else show_day(said["joined"]), _("membership today not known")
        ),
        _records(lines, audits),
        _answer(_("Who says so"), host(said["source_url"]), _("the page beside")),
    ]


def of_firm(lines: int, audits: int) -> list[Answer]:
    """Return what is asked first of an audit firm."""
    return [
        _records(lines, audits),
        _answer(_("Accreditation"), "", _("not told by the pages that name it")),
    ]


def of_facility(said: Mapping[str, Any], page: FacilityShown) -> list[Answer]:
    """Return what is asked first of a facility."""
    done = [item.label or item.printed for item in page.activities]
    owners = ", ".join(owner["name"] for owner in said["owners"])
    where = ", ".join(name for name in page.countries if not is_unknown(name))
    region = "" if is_unknown(said["region"]) else said["region"]
    placed = _("place on the map known") if page.is_placed else _("place on the map not published")
    return [
        _answer(_("What is done there"), ", ".join(done), ""),
        _answer(_("Capacity"), used_capacity(said), _("as stated, not what was made")),
        _answer(
            _("Who runs it"),
            page.operator,
            _("owned by %(owners)s") % {"owners": owners} if owners else _("owners not named"),
        ),
        _answer(_("Where"), where, ", ".join(part for part in (region, placed) if part)),
        _answer(_("Who says so"), page.cited.host, page.cited.document or page.cited.who),
    ]


def _label(identifier: str, site: Site) -> str:
    return "" if is_unknown(identifier) else site.label("classes", identifier)


def _records(lines: int, audits: int) -> Answer:
    told = ngettext("%(n)s audit told of", "%(n)s audits told of", audits) % {"n": counted(audits)}
    count = ngettext("%(n)s record", "%(n)s records", lines) % {"n": counted(lines)}
    return _answer(_("In this register"), count, told)


def _answer(asked: str, answer: str, detail: str) -> Answer:
    return Answer(asked, answer, detail, known=bool(answer))
