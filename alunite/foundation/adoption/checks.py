"""What `history verify` asks of scheme packs: each has its digest, and they are those history saw adopted, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.core.canonical import digest
from alunite.foundation.history.findings import ALTERED, INSERTED, MISSING, Problem, register_check
from alunite.foundation.history.models import Entry

ADOPTED = "scheme.adopted"

# Scheme and digest; the digest of an entry whose payload was erased is None.
Adoption = tuple[Any, Any]


def check_packs() -> Iterator[Problem]:
    """Yield what is wrong with adopted packs; there are never many, and their documents are read one by one."""
    rows = AdoptedPack.objects.annotate(text=Cast("document", TextField())).order_by("pk")
    held: list[tuple[int, Adoption]] = []
    for row in rows.values("pk", "scheme", "digest", "text").iterator(chunk_size=1):
        held.append((row["pk"], (row["scheme"], row["digest"])))
        if not _fits(row):
            yield Problem(ALTERED, f"scheme pack {row['pk']}", "It does not have the digest it was adopted with.")
    entries = Entry.objects.filter(kind=ADOPTED).order_by("pk").values("pk", "record_id", "payload__payload")
    told = [(entry["pk"], (entry["record_id"], _told(entry["payload__payload"]))) for entry in entries]
    yield from _check_order(held, told)


def _fits(row: Mapping[str, Any]) -> bool:
    # The document as it stands and not as it is read: what a later release leaves out of it does not change a digest.
    try:
        held: str = row["digest"]
        return digest(json.loads(row["text"])) == held
    except (ValueError, TypeError):  # not JSON, or JSON that has no canonical form
        return False


def _told(text: str | None) -> Any:
    try:
        said = json.loads(text) if text else None
    except ValueError:
        said = None  # that the entry itself was altered is said by history's own checks
    return said.get("digest") if isinstance(said, dict) else None


def _check_order(held: list[tuple[int, Adoption]], told: list[tuple[int, Adoption]]) -> Iterator[Problem]:
    """Compare the packs with the entries side by side: the last pack is in force, so that their order counts."""
    matcher = SequenceMatcher(None, [pack for _, pack in held], [pack for _, pack in told], autojunk=False)
    for _, first, last, begin, end in (code for code in matcher.get_opcodes() if code[0] != "equal"):
        for mine, theirs in zip_longest(held[first:last], told[begin:end]):
            if mine is None:
                yield Problem(MISSING, f"entry {theirs[0]}", "The scheme pack that was adopted is not there.")
            elif theirs is None:
                yield Problem(INSERTED, f"scheme pack {mine[0]}", "No entry of history says that it was adopted here.")
            elif theirs[1] != (mine[1][0], None):
                yield Problem(ALTERED, f"scheme pack {mine[0]}", f"Entry {theirs[0]} says that another was adopted.")


register_check("scheme packs", check_packs)
