"""What went wrong, in the form of RFC 9457: every fault of a question at once, with what was expected."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/public/docs"
LONGEST_SHOWN = 200

# Each status the API answers with beside 200 and 304: a word for its address in the documentation, and what it means.
PROBLEMS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("unreadable", "The request cannot be read."),
        404: ("not-found", "There is nothing published under this address."),
        405: ("read-only", "This address is for reading only."),
        410: ("withdrawn", "What stood here was withdrawn."),
        422: ("not-understood", "The question holds what this address does not understand."),
        429: ("too-many-requests", "More was asked than one client may ask in a minute."),
        500: ("fault", "Something went wrong here, and it is no fault of the question."),
        503: ("busy", "The register cannot answer now."),
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a question.

    Parameters
    ----------
    where : str
        ``query`` or ``path``.
    name : str
        The parameter.
    value : str
        What was found, shortened.
    expected : str
        What would be in order.
    """

    where: str
    name: str
    value: str
    expected: str


class Problem(Exception):
    """A question that gets no answer of the kind asked for."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail or PROBLEMS[status][1]
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.more = more

    def answer(self) -> HttpResponse:
        """Return the problem as an answer."""
        word, title = PROBLEMS[self.status]
        body: dict[str, Any] = {
            "type": f"{DOCS}#{word}",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "faults": [asdict(fault) | {"value": fault.value[:LONGEST_SHOWN]} for fault in self.faults],
            **self.more,
        }
        text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return HttpResponse(text, status=self.status, content_type=MEDIA_TYPE, headers=self.headers)
