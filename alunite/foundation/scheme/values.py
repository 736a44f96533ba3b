"""What one value of a scheme pack may be: words, ids, days, numbers, and how each is told when it is none."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from alunite.foundation.core.days import PartialDate
from alunite.foundation.core.judgement import Trust

# The one table of trust words: ours, and those of fact files compiled elsewhere. The loader refuses any other word.
TRUST_WORDS = MappingProxyType(
    {
        "read": Trust.READ,
        "verified": Trust.READ,
        "retrieved": Trust.READ,
        "cut": Trust.CUT,
        "known": Trust.KNOWN,
        "likely": Trust.KNOWN,
        "recalled": Trust.KNOWN,
        "design": Trust.DESIGN,
        "proposed": Trust.DESIGN,
    }
)

# The programme's own nine words for the state of a certificate; which may follow which is pack data.
CERTIFICATE_STATES = (
    "draft",
    "active",
    "suspended",
    "expired",
    "withdrawn",
    "revoked",
    "annulled",
    "superseded",
    "unknown",
)
CertificateState = Literal[
    "draft", "active", "suspended", "expired", "withdrawn", "revoked", "annulled", "superseded", "unknown"
]

# The programme's own words for the state of a membership, and for what leads from one to another.
MembershipState = Literal[
    "enquiry",
    "submitted",
    "queried",
    "approved",
    "declined",
    "awaiting_payment",
    "active",
    "suspended",
    "terminated",
    "resigned",
]
MembershipAct = Literal[
    "submit",
    "query",
    "answer",
    "approve",
    "decline",
    "invoice",
    "activate",
    "suspend",
    "reinstate",
    "terminate",
    "resign",
]

EVERY = "all"
FORMAT = 1
LARGEST_WHOLE_NUMBER = 10**15


def _trust(value: Any) -> Trust:
    word = TRUST_WORDS.get(value) if isinstance(value, str) else None
    if word is None:
        raise PydanticCustomError("pack", "{expected}", {"expected": "one of " + ", ".join(TRUST_WORDS)})
    return word


def _day(text: str) -> str:
    try:
        PartialDate.parse(text)
    except ValueError as fault:
        expected = "a day that exists, as YYYY-MM-DD, YYYY-MM or YYYY"
        raise PydanticCustomError("pack", "{expected}", {"expected": expected}) from fault
    return text


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        raise PydanticCustomError("pack", "{expected}", {"expected": "a time zone of the IANA list, such as UTC"})
    return name


def _scalar(value: Any) -> Any:
    fits = isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= LARGEST_WHOLE_NUMBER)
    if not fits:  # a NaN fails the comparison too
        raise PydanticCustomError("pack", "{expected}", {"expected": "a number, or true or false"})
    return value


def _every_or(what: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value == EVERY:
            return (EVERY,)
        if not isinstance(value, list | tuple) or not value:
            expected = f"the word {EVERY}, or a list of {what}"
            raise PydanticCustomError("pack", "{expected}", {"expected": expected})
        return value

    return check


def _every_or_schema(pattern: str) -> WithJsonSchema:
    listed = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": pattern}}
    return WithJsonSchema({"anyOf": [{"const": EVERY}, listed]})


ID_PATTERN = r"^[a-z][a-z0-9_-]*$"
NUMBER_PATTERN = r"^[0-9]+(\.[0-9]+)*$"

Id = Annotated[StrictStr, Field(pattern=ID_PATTERN, max_length=80)]
Text = Annotated[StrictStr, Field(pattern=r"\S", max_length=4000)]
Label = Annotated[StrictStr, Field(pattern=r"\S", max_length=200)]
Language = Annotated[StrictStr, Field(pattern=r"^[a-z]{2}$")]
Number = Annotated[StrictStr, Field(pattern=NUMBER_PATTERN, max_length=20)]
NumberOrEvery = Annotated[StrictStr, Field(pattern=r"^(all|[0-9]+(\.[0-9]+)*)$", max_length=20)]
SubNumber = Annotated[StrictStr, Field(pattern=r"^[0-9]+(\.[0-9]+)*\.[a-z]+$", max_length=20)]
Day = Annotated[
    StrictStr,
    Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"),
    AfterValidator(_day),
]
ExactDay = Annotated[StrictStr, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_day)]
Zone = Annotated[StrictStr, AfterValidator(_zone)]
Url = Annotated[StrictStr, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]
SourceId = Annotated[StrictStr, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=40)]
FileName = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_./-]*\.yaml$", max_length=200)]
Sha256 = Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]
PositiveInt = Annotated[StrictInt, Field(ge=1, le=1000)]
# Standards of other fields have more than a thousand criteria.
ManyInt = Annotated[StrictInt, Field(ge=1, le=10_000)]
WholeNumber = Annotated[StrictInt, Field(ge=0, le=LARGEST_WHOLE_NUMBER)]
Amount = Annotated[StrictStr, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{2})?$")]
Currency = Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]
Scalar = Annotated[
    bool | int | float,
    BeforeValidator(_scalar),
    WithJsonSchema({"type": ["number", "boolean"]}),
]
ActivityCover = Annotated[
    tuple[Id, ...],
    BeforeValidator(_every_or("activity ids")),
    _every_or_schema(ID_PATTERN),
]
CriterionCover = Annotated[
    tuple[NumberOrEvery, ...],
    BeforeValidator(_every_or("criterion numbers in quotes")),
    _every_or_schema(r"^(all|[0-9]+(\.[0-9]+)*)$"),
]
TrustWord = Annotated[
    Trust,
    BeforeValidator(_trust),
    WithJsonSchema({"type": "string", "enum": list(TRUST_WORDS)}),
]
