"""What a snapshot of all publications is made of, byte for byte; `docs/reference/snapshot.md` says the same in words.

No Django and no database: whoever holds the files can check them with this alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alunite.foundation.core.canonical import canonical_json, digest
from alunite.foundation.publications.kinds import publication_digest

FORMAT = "alunite-snapshot-1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
FILE_NAME = r"^[a-z][a-z0-9_]*\.jsonl\.gz$"

LINE_FIELDS = frozenset(
    {
        *{"digest", "id", "kind", "payload", "published_at"},
        *{"redaction", "subject", "successor", "version", "withdrawal"},
    }
)
REDACTION_FIELDS = frozenset({"at", "decision", "ground"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Counts(_Strict):
    count: int
    first: int
    last: int


class File(_Strict):
    name: str = Field(pattern=FILE_NAME)
    kind: str
    bytes: int
    count: int
    first: int
    last: int
    redacted: int
    sha256: str


class Key(_Strict):
    id: str
    public_key: str


class PastKey(Key):
    created_at: str
    retired_at: str
    endorsed_by: str
    endorsement: str


class Before(_Strict):
    as_of: str
    digest: str
    last: int
    root: str


class Manifest(_Strict):
    """What a snapshot says of itself; `docs/reference/snapshot.md` explains each field."""

    format: Literal["alunite-snapshot-1"]
    installation: str
    as_of: str
    time_zone: str
    complete: bool
    publications: Counts
    root: str
    files: list[File]
    key: Key
    keys: list[PastKey]
    previous: Before | None
    digest: str


def file_name(kind: str) -> str:
    return f"{kind}.jsonl.gz"


def line_of(fields: Mapping[str, Any]) -> bytes:
    """Return a publication's line: canonical JSON and a line feed."""
    return canonical_json(dict(fields)) + b"\n"


def snapshot_digest(manifest: Mapping[str, Any]) -> str:
    """Return the digest a following snapshot names; a redaction, another key and another packing leave it as it is."""
    names = ("as_of", "complete", "format", "installation", "previous", "publications", "root")
    return digest({name: manifest[name] for name in names})


def faults_of_line(fields: Any, line: bytes, kind: str) -> list[str]:
    """Return everything wrong with a line in itself."""
    if not isinstance(fields, dict) or fields.keys() != LINE_FIELDS:
        return [f"expected the fields {', '.join(sorted(LINE_FIELDS))}"]
    faults = []
    if line_of(fields) != line:
        faults.append("it is not in canonical form")
    if fields["kind"] != kind:
        faults.append(f"it is of the kind {fields['kind']!r}, and stands among {kind!r}")
    redaction = fields["redaction"]
    if redaction is not None:
        if not isinstance(redaction, dict) or redaction.keys() != REDACTION_FIELDS:
            faults.append(f"redaction: expected the fields {', '.join(sorted(REDACTION_FIELDS))}")
        if fields["payload"] is not None:
            faults.append("it is said to be redacted, and its payload is there")
    elif (
        publication_digest(fields["kind"], fields["subject"], fields["version"], fields["payload"]) != fields["digest"]
    ):
        faults.append("its payload does not have the digest it was published with")
    return faults
