"""Files as people send them, made here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from alunite.foundation.accounts.policies import OPERATOR, Actor
from alunite.foundation.files.actions import keep
from alunite.foundation.files.models import Content
from alunite.foundation.files.storing import receiving

PDF = b"%PDF-1.7\nmade up for a test\n%%EOF\n"
TYPES = '<?xml version="1.0"?><Types/>'
WORD: dict[str, Any] = {"[Content_Types].xml": TYPES, "word/document.xml": "<document/>"}


def archive(parts: Mapping[str, str | bytes], *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def kept(content: bytes, *, actor: Actor = OPERATOR) -> Content:
    with receiving([content]) as received:
        return keep(received, actor=actor)
