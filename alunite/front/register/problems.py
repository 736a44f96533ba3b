"""What went wrong, in the form of RFC 9457: every fault of a question at once, with what was expected."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Form
from django.http import HttpResponse, QueryDict

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
        return HttpResponse(
            text, status=self.status, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"} | self.headers
        )


def no_file(form: Form) -> HttpResponse:
    """Say why there is no file: all that is wrong with what was asked, or that there is nothing to make it of.

    Who fetches a file may be a program, or a page of another site that shows it: each gets what the API answers with.
    """
    faults = [
        Fault("query", name, ", ".join(_given(form, name)), message)
        for field, errors in form.errors.as_data().items()
        for error in errors
        # What a form does not know is a fault of the whole form, which bears its name.
        for name in [error.params["name"] if field == NON_FIELD_ERRORS and error.params else field]
        for message in error.messages
    ]
    problem = Problem(422, faults=faults) if faults else Problem(404)
    return problem.answer()


def _given(form: Form, name: str) -> list[str]:
    return form.data.getlist(name) if isinstance(form.data, QueryDict) else []
