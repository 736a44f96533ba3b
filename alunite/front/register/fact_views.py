"""Pages of members, firms, facilities and figures, and the lists of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from alunite.foundation.core.text import fold
from alunite.foundation.publications.countries import country_name
from alunite.front.register import named, present
from alunite.front.register.clocks import Clocks, clocks_of, site_at
from alunite.front.register.facets import about
from alunite.front.register.forms import DaysForm, read_as_of
from alunite.front.register.list_forms import NamesForm
from alunite.front.register.models import Record
from alunite.front.register.site import Site, is_unknown, site_of
from alunite.front.register.templatetags.shown import counted, words
from alunite.front.register.views import record_page, record_page_of_lines, way_back

ROW_KINDS = {
    "yearly": gettext_lazy("The programme, year by year"),
    "production": gettext_lazy("Quantities made, mined or held"),
    "ghg": gettext_lazy("Emissions"),
}


@dataclass(frozen=True, slots=True)
class NameList:
    """A list by name.

    Parameters
    ----------
    kind : str
        Kind of its records.
    title, lede : str
        What stands at its head.
    text_label : str
        Label of the field for words.
    counted : lazy text of a number
        How many there are.
    offered, exact : mapping of facet to label
        What a reader, and what a link, can narrow it by.
    always : mapping of facet to value
        What all its records have.
    """

    kind: str
    title: Any
    lede: Any
    text_label: Any
    counted: Any
    offered: Mapping[str, Any] = field(default_factory=dict)
    exact: Mapping[str, Any] = field(default_factory=dict)
    always: Mapping[str, str] = field(default_factory=dict)


MEMBERS = NameList(
    "member",
    gettext_lazy("Members named by public pages"),
    gettext_lazy(
        "Each was once called a member, or the holder of a certificate, by a page. It is no list of members today."
    ),
    gettext_lazy("Name"),
    ngettext_lazy("%(n)s member", "%(n)s members", "n"),
    offered={
        "membership_class": gettext_lazy("Class of membership"),
        "activity": gettext_lazy("Activity"),
        "country": gettext_lazy("Country"),
    },
)
FIRMS = NameList(
    "firm",
    gettext_lazy("Audit firms named by public pages"),
    gettext_lazy("Each is named as the firm that audited. Whether it is accredited is not known from that."),
    gettext_lazy("Name"),
    ngettext_lazy("%(n)s audit firm", "%(n)s audit firms", "n"),
)
FACILITIES = NameList(
    "facility",
    gettext_lazy("Facilities"),
    gettext_lazy(
        "Places as reports and lists describe them, in the scheme or not. No page held here says which certificate covers which of them."
    ),
    gettext_lazy("Name or operator"),
    ngettext_lazy("%(n)s facility", "%(n)s facilities", "n"),
    offered={
        "activity": gettext_lazy("Activity"),
        "country": gettext_lazy("Country"),
        "placed": gettext_lazy("Place on the map"),
    },
    exact={"operator": gettext_lazy("Operator")},
)
FIGURES = NameList(
    "figure",
    gettext_lazy("Figures"),
    gettext_lazy(
        "Numbers as public pages state them. Where several are published for one thing, the one used is listed; its page shows all of them side by side, and why."
    ),
    gettext_lazy("What is counted, or of whom or which place"),
    ngettext_lazy("%(n)s figure", "%(n)s figures", "n"),
    offered={
        "row_kind": gettext_lazy("Of what kind"),
        "metric": gettext_lazy("What is counted"),
        "level": gettext_lazy("Of what it speaks"),
        "period": gettext_lazy("Year"),
    },
    exact={"place": gettext_lazy("Of whom or which place"), "country": gettext_lazy("Country")},
    always={"used": "yes"},
)


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    return _name_list(request, MEMBERS)


@require_safe
def firms(request: HttpRequest) -> HttpResponse:
    return _name_list(request, FIRMS)


@require_safe
def facilities(request: HttpRequest) -> HttpResponse:
    return _name_list(request, FACILITIES)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    return _name_list(request, FIGURES)


def _name_list(request: HttpRequest, shown: NameList) -> HttpResponse:
    site = site_of(request)
    clocks = clocks_of(request, *DaysForm(request.GET, site=site).days)
    then = site_at(request, clocks)
    form = NamesForm(
        request.GET,
        site=site,
        kind=shown.kind,
        text_label=shown.text_label,
        # Of a later page as of its first one: what was chosen there may be nobody's by now.
        offered=_offered(shown, read_as_of(request.GET, clocks), then, request.GET),
        exact=shown.exact,
    )
    context: dict[str, Any] = {"form": form, "clocks": clocks, "site": then, "list": shown}
    if not form.is_valid():
        return render(request, "register/names.html", context, status=HTTPStatus.BAD_REQUEST)
    listing = named.listing(form.asked(clocks, shown.always))
    context |= {
        "listing": listing,
        "counted": shown.counted % {"n": counted(listing.count)},
        "heads": present.heads(shown.kind),
        "names": present.names(listing.records, then),
        "next": form.following(clocks, listing),
    }
    return render(request, "register/names.html", context)


def _offered(
    shown: NameList, at: int | None, site: Site, asked: QueryDict
) -> dict[str, tuple[Any, list[tuple[str, str]]]]:
    """Return label and choices of each filter, the values there are with how many records have each.

    What was asked for is among them where a record had it at any time or it is a word of the vocabulary.
    """
    if not shown.offered:
        return {}
    values = named.values_of(shown.kind, list(shown.offered), at, shown.always)
    others = {
        name: {text for given in asked.getlist(name) if (text := given.strip())}
        - {value for value, _ in values.get(name, [])}
        for name in shown.offered
    }
    for name, had in named.ever_had(shown.kind, others).items():
        chosen = {value for value in others[name] if value in had or present.is_a_word(name, value, site)}
        values[name] = [*values.get(name, []), *((value, 0) for value in chosen)]
    say = _words(site)
    offered = {}
    for name, label in shown.offered.items():
        choices = sorted(values.get(name, []), key=lambda item: (is_unknown(item[0]), fold(say[name](item[0]))))
        if name == "period":
            choices.reverse()
        offered[name] = (label, [(value, f"{say[name](value)} ({count})") for value, count in choices])
    return offered


def _words(site: Site) -> dict[str, Callable[[str], str]]:
    return {
        "activity": lambda value: _("none of the scheme’s") if is_unknown(value) else site.label("activities", value),
        "country": country_name,
        "level": words,
        "membership_class": lambda value: site.label("classes", value),
        "metric": lambda value: site.label("indicators", value),
        "period": lambda value: value,
        "placed": lambda value: str(present.PLACED_WORDS.get(value, value)),
        "row_kind": lambda value: str(ROW_KINDS.get(value, value)),
    }


@require_safe
def member(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return record_page_of_lines(
        request, "member", subject, slug, template="register/member.html", context_of=_of_member
    )


@require_safe
def firm(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return record_page_of_lines(request, "firm", subject, slug, template="register/firm.html", context_of=_of_firm)


@require_safe
def facility(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return record_page(request, "facility", subject, slug, template="register/facility.html", context_of=_of_facility)


@require_safe
def figure(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return record_page(request, "figure", subject, slug, template="register/figure.html", context_of=_of_figure)


def _of_member(found: Record, clocks: Clocks, site: Site) -> dict[str, Any]:
    said: dict[str, Any] = found.payload or {}
    its_names = [said["name"], *(other["name"] for other in said.get("merged", []))]
    told = named.having_any([("audit", "member", [found.subject]), ("figure", "place", its_names)], clocks.at)
    figures = [item for item in told if item.kind == "figure" and item.payload and item.payload["is_used"]]
    said_of_it = {"name": found.title, "countries": ", ".join(present.countries(said["countries"]))}
    return way_back("members", _("Members"), found, site) | {
        "audits": present.audits([item for item in told if item.kind == "audit"], site),
        "cited": present.cited(said, site),
        "described": _("%(name)s (%(countries)s): its certificates, audits and figures as public pages tell of them.")
        % said_of_it
        if said["countries"]
        else _("%(name)s: its certificates, audits and figures as public pages tell of them.") % said_of_it,
        "figures": present.names(figures, site),
        "figure_heads": present.heads("figure"),
    }


def _of_firm(found: Record, clocks: Clocks, site: Site) -> dict[str, Any]:
    return way_back("firms", _("Audit firms"), found, site) | {
        "audits": present.audits(named.having("audit", "firm", [found.subject], clocks.at), site),
        "described": _("%(name)s, audit firm: the certificates and audits whose sources name it.")
        % {"name": found.title},
    }


def _of_facility(found: Record, _clocks: Clocks, site: Site) -> dict[str, Any]:
    said: dict[str, Any] = found.payload or {}
    of_operator = f"{reverse('facilities')}?{urlencode({'operator': said['operator']})}{site.query.replace('?', '&')}"
    page = present.facility(said, site)
    return way_back("facilities", _("Facilities"), found, site) | {
        "said": said,
        "page": page,
        "strip": present.of_facility(said, page),
        "described": _(
            "%(name)s (%(countries)s): what is done there, its capacity and who runs it, each with its source."
        )
        % {"name": found.title, "countries": ", ".join(page.countries)},
        "activities": present.chain([item["activity"] for item in said["activities"]], site),
        "of_operator": of_operator,
    }


def _of_figure(found: Record, clocks: Clocks, site: Site) -> dict[str, Any]:
    said: dict[str, Any] = found.payload or {}
    told = named.having("figure", "about", [about(said)], clocks.at)
    if found.subject not in {item.subject for item in told}:
        told.append(found)  # of more than a page holds
    of_year = {"level": said["level"], "period": said["period"]}
    around = named.having_all("figure", of_year | {"place": said["place"], "used": "yes"}, clocks.at)
    return {
        "said": said,
        "page": present.figure(found, told, around, site),
        "is_cut": len(told) >= named.MOST,
        "of_year": f"{reverse('figures')}?{urlencode(of_year)}{site.query.replace('?', '&')}",
    }
