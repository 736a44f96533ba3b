"""A kind of publication for these tests alone, registered while one runs."""

from __future__ import annotations

from typing import Any

from alunite.foundation.publications.actions import ToPublish
from alunite.foundation.publications.kinds import NamedPayload, Payload

KIND = "test_notice"


class Notice(Payload):
    id: str
    text: str
    number: int = 0
    by: NamedPayload | None = None


def notice(subject: str, text: str = "said", **more: Any) -> ToPublish:
    return ToPublish(subject, {"id": subject, "text": text, **more})


def withdrawn(subject: str, reason: str = "merged") -> ToPublish:
    return ToPublish(subject, None, reason)
