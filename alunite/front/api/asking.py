"""What may be asked: parameters with their checks, and cursors that hold both clocks.

A fault of one parameter never hides that of another: all are told at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

import iso3166
from django.core import signing
from django.http import HttpRequest
from ninja import Schema
from ninja.errors import ValidationError
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic import ValidationError as PydanticError
from pydantic_core import PydanticCustomError

from alunite.foundation.core.days import FIRST_YEAR, LAST_YEAR, read_day
from alunite.foundation.publications.dictionary import public_kinds
from alunite.foundation.publications.identifiers import ALPHABET, LENGTH
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.opendata import Clocks
from alunite.front.api.clocks import Now, clocks_for, now
from alunite.front.register.problems import Fault, Problem

DEFAULT_LENGTH = 50
MOST = 200
LONGEST_QUERY = 200
LONGEST_CURSOR = 600
# The schema says of it what the code checks.
NO_NUL = r"^[^\x00]*$"
PUBLIC_ID = f"^[{ALPHABET}]{{{LENGTH}}}$"
PRINTED = r"^[^\x00-\x1f]{1,200}$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,79}$"


def standing(request: HttpRequest) -> Now:
    """Return how things stand, asked once a request."""
    found: Now | None = getattr(request, "standing", None)
    if found is None:
        found = now()
        request.standing = found  # type: ignore[attr-defined]  # of ours
    return found


def _fault(expected: str) -> PydanticCustomError:
    return PydanticCustomError("question", "{expected}", {"expected": expected})


def _day(text: Any) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise _fault(f"a day from {FIRST_YEAR} to {LAST_YEAR}, as 2020-06-30") from None


def _said_by(day: date, info: ValidationInfo) -> date:
    """Refuse a day to come: what will have been published by then nobody can say."""
    last = standing((info.context or {})["request"]).last_day
    if day > last:
        raise _fault(f"a day up to today, {last}: what will have been published later is not known yet")
    return day


def _word_of(group: str) -> AfterValidator:
    """Check that a word is one of a group of the scheme's vocabulary, or unknown."""

    def check(text: str, info: ValidationInfo) -> str:
        known = standing((info.context or {})["request"]).site.labels.get(group, {})
        if text not in known and text != UNKNOWN:
            raise _fault(f"one of {', '.join([*known, UNKNOWN])}")
        return text

    return AfterValidator(check)


def _country(text: str) -> str:
    if text not in iso3166.countries_by_alpha2 and text != UNKNOWN:
        raise _fault("a country of ISO 3166-1 by its two capital letters, or unknown")
    return text


def _known_country(text: str) -> str:
    if text not in iso3166.countries_by_alpha2:
        raise _fault("a country of ISO 3166-1 by its two capital letters")
    return text


def _kind(text: str) -> str:
    known = [kind.name for kind in public_kinds().values()]
    if text not in known:
        raise _fault(f"one of {', '.join(known)}")
    return text


# A string in the schema, a day in the code.
Day = Annotated[
    date,
    BeforeValidator(_day),
    Field(
        json_schema_extra={"type": "string", "format": "date", "pattern": "^(18|19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"}
    ),
]
PastDay = Annotated[Day, AfterValidator(_said_by)]
Family = Annotated[str, Field(max_length=80), _word_of("families")]
Activity = Annotated[str, Field(max_length=80), _word_of("activities")]
Level = Annotated[str, Field(max_length=80), _word_of("levels")]
VersionId = Annotated[str, Field(max_length=80), _word_of("versions")]
Country = Annotated[str, Field(max_length=20), AfterValidator(_country)]
KnownCountry = Annotated[str, Field(max_length=20), AfterValidator(_known_country)]
MemberClass = Annotated[str, Field(max_length=80), _word_of("classes")]
Rating = Annotated[str, Field(max_length=80), _word_of("ratings")]
# A word as a source prints it, whole, in its own spelling.
Printed = Annotated[str, Field(pattern=PRINTED)]
State = Literal["active", "suspended", "expired", "withdrawn", "revoked", "annulled", "superseded", "unknown"]
PublicIdText = Annotated[str, Field(pattern=PUBLIC_ID)]
Code = Annotated[str, Field(pattern=CODE)]
# What a parameter has to look like, in words.
LOOKS: Mapping[str, str] = MappingProxyType(
    {
        NO_NUL: "words without the character NUL",
        PRINTED: "1 to 200 characters that can be printed",
        PUBLIC_ID: f"a public id: {LENGTH} of the characters {ALPHABET}",
        CODE: "an id: up to 80 letters, digits and _ . : / -, of which the first is a letter or a digit",
    }
)
KindName = Annotated[str, Field(max_length=40), AfterValidator(_kind)]


class ByClocks(Schema):
    """The two clocks."""

    on: Day | None = Field(None, description="The day states are given for; today in the scheme's zone if left out.")
    as_of: PastDay | None = Field(
        None, description="Only what was published by the end of this day counts; everything if left out."
    )


class Paged(ByClocks):
    """A page of a list by both clocks."""

    limit: int = Field(DEFAULT_LENGTH, ge=1, le=MOST, description="How many rows a page holds at most.")
    after: str | None = Field(
        None,
        max_length=LONGEST_CURSOR,
        description="Where the page begins: the cursor of the address `next` of the page before. It holds both clocks.",
    )


class MembersAsked(Paged):
    """By what members can be found."""

    country: KnownCountry | None = Field(None, description="Country of the head office, ISO 3166-1 alpha-2.")
    membership_class: MemberClass | None = Field(None, description="Class of membership, by its id, or unknown.")


class FacilitiesAsked(Paged):
    """By what facilities can be found."""

    country: KnownCountry | None = Field(None, description="Country, ISO 3166-1 alpha-2.")
    activity: Activity | None = Field(None, description="Supply chain activity, by its id, or unknown.")
    status: Printed | None = Field(None, description="Status as printed, or unknown.")


class AuditsAsked(Paged):
    """By what audits can be found."""

    firm: PublicIdText | None = Field(None, description="Public id of an audit firm.")
    member: PublicIdText | None = Field(None, description="Public id of a member.")
    standard: Family | None = Field(None, description="Family of standards, by its id.")
    version: VersionId | None = Field(None, description="Version of a standard, by its id, or unknown.")
    audit_type: Printed | None = Field(None, description="Kind of audit as announced, or unknown.")


class FindingsAsked(Paged):
    """By what findings can be found."""

    criterion: Code | None = Field(
        None, description="Number of a criterion: findings on it or on a group that holds it."
    )
    standard: Family | None = Field(None, description="Family of standards, by its id.")
    rating: Rating | None = Field(None, description="Rating, by its id, or unknown.")
    member: PublicIdText | None = Field(None, description="Public id of a member.")


class FiguresAsked(Paged):
    """By what figures can be found."""

    metric: Printed | None = Field(None, description="Indicator of the scheme, by its id; else the metric as printed.")
    dimension: Printed | None = Field(None, description="Part of the whole that is meant, as printed, or unknown.")
    place: Printed | None = Field(None, description="Of whom or which place, as printed, or unknown.")
    period: Code | None = Field(None, description="The period it speaks of, such as 2019.")


# A parameter of these beside those of a page is the facet of that name.
ASKED_BY_KIND: Mapping[str, type[Paged]] = MappingProxyType(
    {
        "audit": AuditsAsked,
        "facility": FacilitiesAsked,
        "figure": FiguresAsked,
        "finding": FindingsAsked,
        "member": MembersAsked,
    }
)


def chosen(asked: Paged) -> dict[str, str]:
    """Return the facets a list is narrowed by."""
    names = type(asked).model_fields.keys() - Paged.model_fields.keys()
    return {name: value for name in sorted(names) if (value := getattr(asked, name))}


class RecordsAsked(Paged):
    """The filters of the register."""

    q: str = Field(
        "", max_length=LONGEST_QUERY, pattern=NO_NUL, description="Words that must all begin a word of the record."
    )
    standard: Family | None = Field(None, description="Family of standards, by its id.")
    version: VersionId | None = Field(None, description="Version of a standard, by its id, or unknown.")
    activity: Activity | None = Field(None, description="Supply chain activity, by its id, or unknown.")
    country: Country | None = Field(None, description="Country, ISO 3166-1 alpha-2, or unknown.")
    level: Level | None = Field(None, description="Level at issue, by its id, or unknown.")
    state: State | None = Field(None, description="State on the day.")
    member: PublicIdText | None = Field(None, description="Public id of a member.")
    firm: PublicIdText | None = Field(None, description="Public id of an audit firm.")


# Both clocks may be held on every address, so that a program that asks as of a day need not know which takes which.
ON_CHANGES = "The day states are given for; a change has none, so it changes nothing here."


class ChangesAsked(Schema):
    """Which publications."""

    on: Day | None = Field(None, description=ON_CHANGES)
    as_of: PastDay | None = Field(None, description="Only what was published by the end of this day counts.")
    kind: KindName | None = Field(None, description="Kind of record.")
    subject: Code | None = Field(None, description="Public id of a record.")
    member: PublicIdText | None = Field(
        None, description="Public id of a member: its own changes and those of records that name it."
    )
    since: int | None = Field(
        None, ge=0, le=2**62, description="Only publications with a higher number, oldest first; else newest first."
    )
    limit: int = Field(DEFAULT_LENGTH, ge=1, le=MOST, description="How many a page holds at most.")
    after: str | None = Field(None, max_length=LONGEST_CURSOR, description="Cursor from the address `next`.")


class FileAsked(ByClocks):
    """All rows of a file."""


class FeedAsked(Schema):
    """Which changes a feed tells."""

    on: Day | None = Field(None, description=ON_CHANGES)
    as_of: PastDay | None = Field(None, description="Only what was published by the end of this day counts.")
    kind: KindName | None = Field(None, description="Kind of record.")
    subject: Code | None = Field(None, description="Public id of a record.")
    member: PublicIdText | None = Field(
        None, description="Public id of a member: its own changes and those of records that name it."
    )
    limit: int = Field(DEFAULT_LENGTH, ge=1, le=MOST, description="How many a page holds at most.")
    after: str | None = Field(None, max_length=LONGEST_CURSOR, description="Cursor from the link `next`.")


class ApplicabilityAsked(Schema):
    """A scope, and for which day it is asked."""

    standard: VersionId = Field(description="Version of a standard, by its id.")
    activity: list[Activity] = Field(
        min_length=1, max_length=40, description="Activities of the scope; repeat the parameter for several."
    )
    member_class: MemberClass | None = Field(None, description="Class of membership, by its id.")
    cycle: Literal["first", "later"] = Field(
        "later", description="Which certification cycle under this version: first or later."
    )
    trigger: list[Code] = Field(
        default_factory=list, max_length=40, description="Ids of conditions that hold; repeat for several."
    )
    on: Day | None = Field(None, description="The day the question is asked for; today if left out.")
    as_of: PastDay | None = Field(None, description="By the scheme in force at the end of this day.")


def strange_names(request: HttpRequest, known: frozenset[str]) -> list[Fault]:
    """Return the parameters that are not known here: a filter misspelt must not count as none."""
    return [
        Fault("query", name[:40], request.GET.get(name, ""), f"one of {', '.join(sorted(known)) or 'no parameter'}")
        for name in request.GET
        if name not in known
    ]


def repeated_names(request: HttpRequest, lists: frozenset[str]) -> list[Fault]:
    """Return the parameters given more than once where only one value can count."""
    return [
        Fault("query", name, ", ".join(given), "one value")
        for name, given in request.GET.lists()
        if len(given) > 1 and name not in lists
    ]


Asked = TypeVar("Asked", bound=Schema)


def asked_of(request: HttpRequest, model: type[Asked] | None) -> Asked:
    """Return what is asked of an address that is no operation of the API; `Problem` with every fault at once."""
    if model is None:
        if faults := strange_names(request, frozenset()):
            raise Problem(422, faults=faults)
        return None  # type: ignore[return-value]  # nothing can be asked
    faults = strange_names(request, frozenset(model.model_fields)) + repeated_names(request, frozenset())
    try:
        found = model.model_validate(request.GET.dict(), context={"request": request})
    except PydanticError as error:
        items = [{**item, "loc": ("query", *item["loc"])} for item in error.errors()]
        raise Problem(422, faults=faults_of(ValidationError(items), request) + faults) from error
    if faults:
        raise Problem(422, faults=faults)
    return found


def faults_of(error: ValidationError, request: HttpRequest) -> list[Fault]:
    """Return what pydantic found, in our words."""
    found = {}
    for item in error.errors:
        # Of an item of a list ninja keeps the name of the argument before that of the parameter.
        where, name = str(item["loc"][0]), next((str(part) for part in item["loc"][1:] if part != "asked"), "")
        value = ", ".join(request.GET.getlist(name))
        found[where, name] = Fault(where, name, value, _expected(item))
    return list(found.values())


def _expected(item: dict[str, Any]) -> str:
    context = item.get("ctx", {})
    if item["type"] == "question":
        return str(context["expected"])
    if item["type"] == "missing":
        return "a value: the parameter is required"
    if context.get("pattern") in LOOKS:
        return LOOKS[context["pattern"]]
    return str(item["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")


@lru_cache(maxsize=1)
def _signer() -> signing.Signer:
    # Without a time stamp: the same question has the same pages.
    return signing.Signer(salt="api.cursor")


def question(request: HttpRequest) -> str:
    """Return what tells one question from another, whatever its page."""
    chosen = sorted((name, sorted(given)) for name, given in request.GET.lists() if name not in {"after", "limit"})
    return hashlib.sha256(json.dumps([request.path, chosen]).encode()).hexdigest()[:12]


def cursor(request: HttpRequest, clocks: Clocks, place: list[Any]) -> str:
    """Return the cursor of the page that begins after a place."""
    as_of = clocks.as_of.isoformat() if clocks.as_of else ""
    said = [clocks.publication, clocks.on.isoformat(), as_of, question(request), place]
    return _signer().sign_object(said)


def next_page(request: HttpRequest, clocks: Clocks, place: list[Any] | None) -> str | None:
    """Return the address of the page after a place, None after the last."""
    if place is None:
        return None
    parameters = request.GET.copy()
    parameters["after"] = cursor(request, clocks, place)
    return f"{request.path}?{parameters.urlencode()}"


def page_of(
    request: HttpRequest, after: str | None, on: date | None, as_of: date | None
) -> tuple[Clocks, list[Any] | None]:
    """Return the clocks of a page and where it begins: both from its cursor, or as they stand now."""
    if not after:
        return clocks_for(on, as_of, standing(request)), None
    try:
        publication, day, said, asked, place = _signer().unsign_object(after)
    except (signing.BadSignature, TypeError, ValueError):
        fault = Fault("query", "after", after, "the cursor of an address `next`, whole and unchanged")
        raise Problem(422, faults=[fault]) from None
    if asked != question(request):
        fault = Fault("query", "after", after, "a cursor of this very question: filters and days must be those it had")
        raise Problem(422, faults=[fault])
    days = date.fromisoformat(day), date.fromisoformat(said) if said else None
    return Clocks(publication, *days, standing(request).redactions), place
