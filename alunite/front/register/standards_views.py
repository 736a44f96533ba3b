"""Standards: reading them, which criteria apply to a scope, one version beside the next, and which to use when."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from string import ascii_lowercase
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alunite.foundation.scheme.models import Standard
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.rules import LATER_CYCLE, CriterionAnswer, applicability, certified_as
from alunite.foundation.scheme.versions import taken, usable
from alunite.front.register import named, present, queries, sheets
from alunite.front.register.clocks import Clocks, clocks_of, site_at
from alunite.front.register.forms import DaysForm
from alunite.front.register.list_views import is_part, push_address
from alunite.front.register.models import Record
from alunite.front.register.present import applies as shown_applies
from alunite.front.register.present import compare as shown_compare
from alunite.front.register.present import criterion as shown_criterion
from alunite.front.register.present import version_days as shown_versions
from alunite.front.register.present.choices import MovedNumber
from alunite.front.register.problems import no_file
from alunite.front.register.scheme_then import pack_of
from alunite.front.register.site import Site, site_of
from alunite.front.register.standards_forms import AppliesForm, CompareForm
from alunite.front.register.views import nothing_shown, seen


@require_safe
def standards(request: HttpRequest) -> HttpResponse:
    asked = seen(request)
    pack = pack_of(asked.site)
    in_use = shown_versions.in_use(pack, asked.clocks.day, asked.site) if pack else {}
    held = queries.records("standard_version", asked.clocks.at)
    context = asked.context | {
        "standards": present.families(held, in_use, asked.site),
        "mappings": _named(queries.records("standard_mapping", asked.clocks.at), asked.site),
    }
    return render(request, "register/standards.html", context, status=asked.status)


@require_safe
def standard(request: HttpRequest, version: str) -> HttpResponse:
    asked = seen(request)
    now, found = queries.now_and_then("standard_version", version, asked.clocks.at)
    if now is None or found is None or found.withdrawal:
        return nothing_shown(request, asked, now, found)
    told = named.having("finding", "sum", [version], asked.clocks.at)
    context = asked.context | {
        "record": found,
        "sums": present.sums(told, asked.site),
        "mappings": _named(_mappings_of(version, asked.clocks.at), asked.site),
        **present.standard(found, asked.site),
    }
    return render(request, "register/standard.html", context, status=asked.status)


@require_safe
def criterion(request: HttpRequest, version: str, number: str) -> HttpResponse:
    asked = seen(request)
    now, found = queries.now_and_then("standard_version", version, asked.clocks.at)
    if now is None or found is None or found.withdrawal:
        return nothing_shown(request, asked, now, found)
    page = shown_criterion.criterion(
        found,
        number,
        mappings=_mappings_of(version, asked.clocks.at),
        versions=queries.records("standard_version", asked.clocks.at),
        findings=named.having("finding", "criterion", _as_printed(number), asked.clocks.at),
        site=asked.site,
    )
    if page is None:
        raise Http404
    answered = named.having_all("published_answer", {"version": version, "criterion": number}, asked.clocks.at)
    page |= {"record": found, "name": asked.site.standard_name(found.payload or {}, version)}
    page["answered"] = [one.payload for one in answered]
    return render(request, "register/criterion.html", asked.context | page, status=asked.status)


def _as_printed(number: str) -> list[str]:
    """Return how findings name a criterion: by its number, or by that of one of its parts.

    >>> _as_printed("4.1")[:3]
    ['4.1', '4.1a', '4.1b']
    """
    return [number, *(f"{number}{letter}" for letter in ascii_lowercase)]


def _mappings_of(version: str, at: int | None) -> list[Record]:
    """Return the mappings a version stands in. One query."""
    told = queries.records("standard_mapping", at)
    return [one for one in told if one.payload and version in {one.payload["before"], one.payload["after"]}]


def _named(mappings: Sequence[Record], site: Site) -> list[tuple[str, str]]:
    """Return each mapping with its name in the reader's language."""
    return [(one.subject, site.mapping_name(one.payload or {})) for one in mappings]


# --- which criteria apply ---


@dataclass(frozen=True, slots=True)
class Question:
    """A scope as it was asked about, with the answer; without one where the question is at fault or nothing is held."""

    form: AppliesForm
    clocks: Clocks
    site: Site
    record: Record | None = None
    standard: Standard | None = None
    answers: Sequence[CriterionAnswer] = ()
    activities: Sequence[str] = ()
    by_date: str = ""
    stands_as: Sequence[tuple[str, str]] = ()
    left_out: Sequence[str] = ()

    @property
    def parameters(self) -> QueryDict:
        """What was asked, as far as it was read."""
        return cast("QueryDict", self.form.data)

    @property
    def version(self) -> str:
        return self.site.standard_name(self.record.payload or {}, self.record.subject) if self.record else ""


def _question(request: HttpRequest, *, forgiving: bool = False) -> Question:
    """Read the scope and judge it; forgiving who changed the version with conditions of another one ticked.

    Two queries, as of a day some more; one more where there are such conditions.
    """
    site = site_of(request)
    clocks = clocks_of(request, *DaysForm(request.GET, site=site).days)
    then = site_at(request, clocks)
    pack = pack_of(then)
    chosen, by_date = _version(pack, request.GET.get("standard", "").strip(), clocks.day) if pack else ("", "")
    record = queries.record("standard_version", chosen, clocks.at) if chosen else None
    whole = pack_of(then, [record]) if record and record.payload else None
    standard_then = whole.standard(chosen) if whole else None
    triggers = {trigger.id: trigger.label for trigger in standard_then.triggers} if standard_then else {}
    choices = _standard_choices(pack, clocks.day, then) if pack else []
    parameters, left_out = _without_others(request.GET, triggers, clocks.at) if forgiving else (request.GET, [])
    form = AppliesForm(parameters, site=then, standards=choices, triggers=triggers)
    if not form.is_valid() or whole is None or standard_then is None:
        return Question(form, clocks, then, record, by_date=by_date, left_out=left_out)
    said = form.cleaned_data
    named_as = certified_as(standard_then, whole, said["activity"])
    activities = list(dict.fromkeys(named_as.get(one, one) for one in said["activity"]))
    stands_as = [(then.label("activities", one), then.label("activities", other)) for one, other in named_as.items()]
    answers = applicability(
        standard_then,
        whole,
        activities=said["activity"],
        member_class=said["member_class"] or None,
        cycle=said["cycle"] or LATER_CYCLE,
        triggers=said["trigger"],
        day=clocks.day,
    )
    return Question(form, clocks, then, record, standard_then, answers, activities, by_date, stands_as, left_out)


def _without_others(parameters: QueryDict, known: Container[str], at: int | None) -> tuple[QueryDict, list[str]]:
    """Return what was asked without the conditions that other versions have and this one has not, and the words of those."""
    strange = {one for one in parameters.getlist("trigger") if one not in known}
    told = queries.records("standard_version", at) if strange else []
    standards = [said for record in told if (said := (record.payload or {}).get("standard"))]
    others = {
        trigger["id"]: trigger["label"]
        for said in standards
        for trigger in said["triggers"]
        if trigger["id"] in strange
    }
    kept = parameters.copy()
    kept.setlist("trigger", [one for one in kept.getlist("trigger") if one not in others])
    return kept, list(others.values())


def _version(pack: Pack, asked: str, day: date) -> tuple[str, str]:
    """Return the version to judge by, and the family whose version follows from the date, empty where one was chosen."""
    if pack.version(asked):
        return asked, ""
    known = {family.id for family in pack.families}
    family = asked if asked in known else pack.families[0].id
    held = [version for version in pack.versions_of(family) if version.file]
    use = taken(usable(pack, family, day))
    if use is not None and use.file:
        return use.id, family
    return (held[-1].id if held else ""), family


def _standard_choices(pack: Pack, day: date, site: Site) -> list[tuple[str, str]]:
    """Return what can be chosen: of each family the version that follows from the date, and each whose criteria are held."""
    choices = []
    for place, family in enumerate(pack.families):
        held = [version for version in pack.versions_of(family.id) if version.file]
        if not held:
            continue
        chosen, _family = _version(pack, family.id, day)
        label = site.label("families", family.id)
        words = _("%(family)s, by the date: %(version)s") % {"family": label, "version": site.label("versions", chosen)}
        choices.append((family.id if place else "", words))
        choices += [(version.id, f"{label} {site.label('versions', version.id)}") for version in reversed(held)]
    if choices and choices[0][0]:
        choices.insert(0, ("", choices[0][1]))
    return choices


@dataclass(frozen=True, slots=True)
class Box:
    """An activity to tick."""

    id: str
    label: str
    is_ticked: bool


def _strip(parameters: QueryDict, asked: Question) -> dict[str, list[Box]]:
    """Return the activities to tick: those the version's source speaks of, those that go by one of them, and others."""
    ticked = set(parameters.getlist("activity"))
    boxes = [
        Box(one["id"], asked.site.label("activities", one["id"]), one["id"] in ticked)
        for one in asked.site.vocabulary.get("activities", [])
    ]
    if asked.standard is None or asked.record is None or not asked.record.payload:
        return {"covered": boxes, "named": [], "others": []}
    covered = set(asked.standard.covers.activities)
    family = asked.record.payload["family"]
    told = asked.site.vocabulary["activities"]
    named_as = {one["id"] for one in told if any(as_["family"] == family for as_ in one["stands_as"])}
    others = {one["id"] for one in told if family in one["families"]} | ticked
    return {
        "covered": [box for box in boxes if box.id in covered],
        "named": [box for box in boxes if box.id in named_as - covered],
        "others": [box for box in boxes if box.id in others - covered - named_as],
    }


@require_safe
def applies(request: HttpRequest) -> HttpResponse:
    asked = _question(request, forgiving=True)
    part = is_part(request)
    context: dict[str, Any] = {"form": asked.form, "clocks": asked.clocks, "site": asked.site, "asked": asked}
    context |= {"strip": _strip(asked.parameters, asked), "is_part": part}
    if asked.standard is not None:
        context |= _answer(asked, asked.standard)
    status = HTTPStatus.OK if asked.form.is_valid() else HTTPStatus.BAD_REQUEST
    answer = render(request, "register/_applies.html" if part else "register/applies.html", context, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    return push_address(request, answer, asked.parameters) if part else answer


def _answer(asked: Question, judged: Standard) -> dict[str, Any]:
    said = asked.form.cleaned_data
    told = [one for one in _mappings_of(judged.id, asked.clocks.at) if (one.payload or {})["after"] == judged.id]
    mapping = told[0] if told else None
    page = shown_applies.applies(
        judged,
        asked.answers,
        activities=asked.activities,
        show=said["show"],
        asked=asked.parameters,
        before=asked.site.label("versions", (mapping.payload or {})["before"]) if mapping else "",
        moved=_moved(mapping, asked) if mapping else {},
        site=asked.site,
    )
    return {
        "page": page,
        "mapping": mapping,
        "files": _files(asked.parameters, asked, judged),
        "scope": _scope(asked, judged),
    }


def _scope(asked: Question, judged: Standard) -> list[tuple[str, str]]:
    said = asked.form.cleaned_data
    return shown_applies.scope_said(
        said, asked.activities, judged, version=asked.version, clocks=asked.clocks, site=asked.site
    )


def _moved(mapping: Record, asked: Question) -> dict[str, MovedNumber]:
    """Return what numbers of this version meant in the one before. One query."""
    said: dict[str, Any] = mapping.payload or {}
    before = queries.record("standard_version", said["before"], asked.clocks.at)
    if before is None or asked.record is None or not before.payload:
        return {}
    sides = shown_compare.side(before, asked.site), shown_compare.side(asked.record, asked.site)
    return shown_compare.moved_numbers(mapping, *sides)


def _files(parameters: QueryDict, asked: Question, judged: Standard) -> dict[str, str]:
    """Return the addresses of the same answer as files."""
    query = f"?{parameters.urlencode()}".removesuffix("?")
    said = asked.form.cleaned_data
    program = QueryDict(mutable=True)
    program["standard"] = judged.id
    program.setlist("activity", said["activity"])
    for name in ("member_class", "cycle"):
        if said[name]:
            program[name] = said[name]
    program.setlist("trigger", said["trigger"])
    program["on"] = asked.clocks.day.isoformat()
    if asked.clocks.as_of:
        program["as_of"] = asked.clocks.as_of.isoformat()
    return {
        "csv": reverse("applies_csv") + query,
        "xlsx": reverse("applies_xlsx") + query,
        "json": f"{reverse('get_applicability')}?{program.urlencode()}" if asked.activities else "",
    }


@require_safe
def applies_csv(request: HttpRequest) -> HttpResponse:
    asked = _question(request)
    if asked.standard is None or not asked.form.is_valid():
        return no_file(asked.form)
    said = asked.form.cleaned_data
    rows = shown_applies.sheet_rows(asked.standard, asked.answers, said["show"], asked.site, coded=True)
    return sheets.csv_file(f"{asked.standard.id}-applies.csv", shown_applies.COLUMNS, rows)


@require_safe
def applies_xlsx(request: HttpRequest) -> HttpResponse:
    asked = _question(request)
    if asked.standard is None or asked.record is None or not asked.form.is_valid():
        return no_file(asked.form)
    said = asked.form.cleaned_data
    rows = shown_applies.sheet_rows(asked.standard, asked.answers, said["show"], asked.site, coded=False)
    page = request.build_absolute_uri(f"{reverse('applies')}?{request.GET.urlencode()}")
    about = shown_applies.question(_scope(asked, asked.standard), page)
    name = f"{asked.standard.id}-applies.xlsx"
    heads = shown_applies.sheet_heads(asked.standard)
    return sheets.xlsx_file(name, _("Criteria"), heads, rows, about=about, made=asked.record.published_at)


# --- one version beside the next ---


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions as they were asked for; without a mapping where none is held or the question is at fault."""

    form: CompareForm
    clocks: Clocks
    site: Site
    mapping: Record | None = None
    sides: tuple[shown_compare.Side, shown_compare.Side] | None = None


def _compared(request: HttpRequest) -> Compared:
    """Read which versions to compare. Two queries, as of a day some more."""
    site = site_of(request)
    clocks = clocks_of(request, *DaysForm(request.GET, site=site).days)
    then = site_at(request, clocks)
    mappings = queries.records("standard_mapping", clocks.at)
    told = _named(mappings, then)
    choices = [(subject if at else "", name) for at, (subject, name) in enumerate(reversed(told))]
    choices += [(one.subject, "") for one in mappings[-1:]]
    form = CompareForm(request.GET, site=then, mappings=choices, kinds=shown_compare.KINDS)
    if not form.is_valid() or not mappings:
        return Compared(form, clocks, then)
    asked = form.cleaned_data["mapping"]
    mapping = next((one for one in mappings if one.subject == asked), mappings[-1])
    held = {one.subject: one for one in queries.records("standard_version", clocks.at)}
    said: dict[str, Any] = mapping.payload or {}
    if not {said["before"], said["after"]} <= held.keys():
        return Compared(form, clocks, then)
    sides = shown_compare.side(held[said["before"]], then), shown_compare.side(held[said["after"]], then)
    return Compared(form, clocks, then, mapping, sides)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    asked = _compared(request)
    context: dict[str, Any] = {"form": asked.form, "clocks": asked.clocks, "site": asked.site}
    if asked.mapping is not None and asked.sides is not None:
        kind = asked.form.cleaned_data["kind"]
        context["page"] = shown_compare.compare(
            asked.mapping, *asked.sides, kind=kind, asked=request.GET, site=asked.site
        )
        context["file"] = f"{reverse('compare_csv')}?{request.GET.urlencode()}".removesuffix("?")
    status = HTTPStatus.OK if asked.form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, "register/compare.html", context, status=status)


@require_safe
def compare_csv(request: HttpRequest) -> HttpResponse:
    asked = _compared(request)
    if asked.mapping is None or asked.sides is None:
        return no_file(asked.form)
    rows = shown_compare.csv_rows(asked.mapping, *asked.sides, asked.form.cleaned_data["kind"])
    return sheets.csv_file(f"{asked.mapping.subject}.csv", shown_compare.CSV_COLUMNS, rows)


# --- which version to use when ---


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    asked = seen(request)
    pack = pack_of(asked.site)
    families = shown_versions.timelines(pack, asked.clocks, asked.site) if pack else []
    return render(request, "register/versions.html", asked.context | {"families": families}, status=asked.status)
