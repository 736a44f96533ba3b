"""Verifying a snapshot with nothing but its files: counts, digests, Merkle root, signature, chain."""

from __future__ import annotations

import gzip
import hashlib
import heapq
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import ValidationError

from alunite.foundation.core.canonical import canonical_json, sha256_hex
from alunite.foundation.history.rules import MerkleTree
from alunite.foundation.keys.endorsement import faults_of_keys, follows, is_signed
from alunite.foundation.publications.snapshot_format import (
    MANIFEST,
    SIGNATURE,
    Manifest,
    faults_of_line,
    snapshot_digest,
)

LISTED = 1000
BLOCK = 1 << 20
LONGEST_MANIFEST = 1 << 26
LONGEST_LINE = 1 << 26
SIGNATURE_LENGTH = 129  # 128 hexadecimal digits and a line feed

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in which file, at which line (0: the file as a whole), and what."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"

    def as_dict(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "text": self.text}


@dataclass(slots=True)
class Checked:
    """What verification found; `pinned` tells whether the key was compared with one known from elsewhere."""

    as_of: str = ""
    publications: int = 0
    redacted: dict[str, int] = field(default_factory=dict)
    key: str = ""
    pinned: bool = False
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    further_faults: int = 0

    @property
    def ok(self) -> bool:
        return not self.faults

    def add(self, file: str, text: str, line: int = 0) -> None:
        if len(self.faults) < LISTED:
            self.faults.append(Fault(file, line, text))
        else:
            self.further_faults += 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "as_of": self.as_of,
            "publications": self.publications,
            "redacted": dict(sorted(self.redacted.items())),
            "key": self.key,
            "pinned": self.pinned,
            "notes": list(self.notes),
            "faults": [fault.as_dict() for fault in self.faults],
            "further_faults": self.further_faults,
        }


class UnreadableKey(ValueError):
    """What was given as the key is neither a key nor a file that holds one."""


def read_key(text: str) -> str:
    """Return the fingerprint of a key given as a PEM file, as 64 hexadecimal digits, or as its 32-digit fingerprint."""
    word = text.strip().lower()
    if all(char in "0123456789abcdef" for char in word):
        if len(word) == 32:
            return word
        if len(word) == 64:
            return sha256_hex(bytes.fromhex(word))[:32]
    try:
        key = load_pem_public_key(Path(text).read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        expected = "a file with a public key (PEM), its 64 hexadecimal digits, or its fingerprint of 32"
        raise UnreadableKey(f"{text}: expected {expected}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UnreadableKey(f"{text}: expected an Ed25519 key")
    return sha256_hex(key.public_bytes_raw())[:32]


def verify_snapshot(directory: Path, *, pinned: str = "", previous: Path | None = None) -> Checked:
    """Check every file of a snapshot and tell everything that is wrong. Memory does not grow with its size.

    Parameters
    ----------
    directory : Path
        The folder with manifest, signature and files.
    pinned : str
        Fingerprint of the installation's key as known from elsewhere; without it a note says that anybody may have
        signed.
    previous : Path, optional
        The folder of the snapshot this one should follow.
    """
    found = Checked()
    manifest, raw = _manifest(directory, found)
    if manifest is None:
        return found
    found.as_of = manifest["as_of"]
    _check_signature(found, directory, manifest, raw, pinned)
    if snapshot_digest(manifest) != manifest["digest"]:
        found.add(MANIFEST, "it does not have its own digest")
    if previous:
        _check_previous(found, manifest, previous)
    _check_folder(found, directory, manifest)
    _check_publications(found, directory, manifest)
    if found.redacted:
        total = sum(found.redacted.values())
        decisions = ", ".join(sorted(found.redacted))
        found.notes.append(f"{total} redacted, vouched for by the digests that stayed; by decision {decisions}")
    if not manifest["complete"]:
        found.notes.append(f"it was made before {manifest['as_of']} was over")
    return found


def _manifest(directory: Path, found: Checked) -> tuple[Said | None, bytes]:
    path = directory / MANIFEST
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST_MANIFEST)
        manifest = json.loads(raw)
        is_canonical = canonical_json(manifest) + b"\n" == raw
    except OSError as error:
        found.add(MANIFEST, f"it cannot be read: {error.strerror}")
        return None, b""
    except (ValueError, RecursionError):
        found.add(MANIFEST, "it is not JSON")
        return None, b""
    try:
        Manifest.model_validate(manifest)
    except ValidationError as error:
        for item in error.errors():
            found.add(MANIFEST, f"{'.'.join(map(str, item['loc']))}: {item['msg']}")
        return None, raw
    if not is_canonical:
        found.add(MANIFEST, "it is not in canonical form")
    return manifest, raw


def _check_signature(found: Checked, directory: Path, manifest: Said, raw: bytes, pinned: str) -> None:
    key, keys = manifest["key"], manifest["keys"]
    found.key = key["id"]
    try:
        with (directory / SIGNATURE).open("rb") as file:
            signature = file.read(SIGNATURE_LENGTH + 1)
    except OSError:
        found.add(SIGNATURE, "it is not signed: the file cannot be read")
        signature = b""
    text = signature.decode("ascii", "replace")
    is_good = len(text) == SIGNATURE_LENGTH and text == text.lower() and text.endswith("\n")
    if signature and not (is_good and is_signed(key["public_key"], raw, text.strip())):
        found.add(SIGNATURE, f"it is not the signature of key {key['id']} over {MANIFEST}")
    try:
        for fault in faults_of_keys(manifest["installation"], keys):
            found.add(MANIFEST, fault)
    except ValueError:
        found.add(MANIFEST, "keys: expected hexadecimal digits")
    if not any(item["id"] == key["id"] and item["public_key"] == key["public_key"] for item in keys):
        found.add(MANIFEST, f"key {key['id']} signed, and is not among the installation's keys")
    found.pinned = bool(pinned)
    if not pinned:
        found.notes.append(f"the key was not compared with one known from elsewhere; it says it is {key['id']}")
    elif not follows(keys, pinned, key["id"]):
        found.add(MANIFEST, f"signed by key {key['id']}, which is not {pinned} and did not take over from it")
    elif pinned != key["id"]:
        found.notes.append(f"signed by key {key['id']}, which took over from {pinned}")


def _check_previous(found: Checked, manifest: Said, directory: Path) -> None:
    told = Checked()
    before, _ = _manifest(directory, told)
    name = f"{directory.name}/{MANIFEST}"
    if before is None:
        found.add(name, told.faults[0].text)
        return
    if snapshot_digest(before) != before["digest"]:
        found.add(name, "it does not have its own digest")
    named = manifest["previous"]
    is_named = {
        "as_of": before["as_of"],
        "digest": before["digest"],
        "last": before["publications"]["last"],
        "root": before["root"],
    }
    if named != is_named:
        found.add(MANIFEST, f"it does not follow the snapshot of {before['as_of']} that was given")
    if before["installation"] != manifest["installation"]:
        found.add(MANIFEST, "it is of another installation than the one before")


def _check_folder(found: Checked, directory: Path, manifest: Said) -> None:
    expected = {MANIFEST, SIGNATURE, *(item["name"] for item in manifest["files"])}
    if len(expected) != len(manifest["files"]) + 2:
        found.add(MANIFEST, "files: a name stands twice")
    for path in sorted(directory.iterdir()):
        if path.name not in expected:
            found.add(path.name, "the manifest does not name it")
    for item in manifest["files"]:
        path = directory / item["name"]
        if not path.is_file():
            found.add(item["name"], "it is not there")
        elif _sha256(path) != item["sha256"]:
            found.add(item["name"], "it does not have the SHA-256 the manifest says")


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            total.update(block)
    return total.hexdigest()


def _check_publications(found: Checked, directory: Path, manifest: Said) -> None:
    """Read all files side by side in the order of ids, which the Merkle root is over."""
    tree, newest, first = MerkleTree(), 0, 0
    last_before = manifest["previous"]["last"] if manifest["previous"] else 0
    root_before = "" if last_before else MerkleTree().root()
    readers = [_lines(found, directory, item) for item in manifest["files"]]
    for number, said in heapq.merge(*readers):
        if number == newest:
            found.add(MANIFEST, f"publication {number} stands twice")
        if number > last_before and not root_before:
            root_before = tree.root()
        tree.add(number, said)
        first, newest = first or number, number
    root_before = root_before or tree.root()
    found.publications = tree.count
    counts = manifest["publications"]
    if (tree.count, first, newest) != (counts["count"], counts["first"], counts["last"]):
        text = f"it says {counts['count']} publications from {counts['first']} to {counts['last']}; there are "
        found.add(MANIFEST, f"{text}{tree.count} from {first} to {newest}")
    if tree.root() != manifest["root"]:
        found.add(MANIFEST, "the Merkle root over the publications' digests is another")
    if manifest["previous"] and root_before != manifest["previous"]["root"]:
        found.add(MANIFEST, "the publications of the snapshot before are not those it had")


def _lines(found: Checked, directory: Path, item: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield id and digest of each publication of a file, and tell of every line that is wrong."""
    name, size, count, first, last, redacted = item["name"], 0, 0, 0, 0, 0
    try:
        with gzip.open(directory / name, "rb") as file:
            while line := file.readline(LONGEST_LINE):
                count, size = count + 1, size + len(line)
                if size > item["bytes"]:
                    break
                fields = _read(found, name, count, line, item["kind"])
                if fields is None:
                    continue
                if fields["id"] <= last:
                    found.add(name, f"publication {fields['id']} comes after {last}", count)
                    continue
                first, last = first or fields["id"], fields["id"]
                if fields["redaction"]:
                    redacted += 1
                    decision = str(fields["redaction"].get("decision"))
                    found.redacted[decision] = found.redacted.get(decision, 0) + 1
                yield fields["id"], fields["digest"]
    except FileNotFoundError:
        return  # told already
    except (OSError, EOFError, zlib.error) as error:
        found.add(name, f"it cannot be unpacked after line {count}: {error}")
    said = {"bytes": size, "count": count, "first": first, "last": last, "redacted": redacted}
    for word, value in said.items():
        if value != item[word]:
            found.add(name, f"{word}: the manifest says {item[word]}, found {value}")


def _read(found: Checked, name: str, number: int, line: bytes, kind: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(line)
        faults: Sequence[str] = faults_of_line(fields, line, kind)
    except (ValueError, TypeError, RecursionError):
        fields, faults = None, ["it is not JSON"]
    for fault in faults:
        found.add(name, fault, number)
    if not isinstance(fields, dict) or type(fields.get("id")) is not int or not isinstance(fields.get("digest"), str):
        return None
    if fields.get("redaction") is not None and not isinstance(fields["redaction"], dict):
        return None
    return fields if "redaction" in fields else None
