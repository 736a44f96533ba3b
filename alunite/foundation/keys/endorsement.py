"""What one key signs when another takes over. No Django here: outsiders check it with nothing but this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from alunite.foundation.core.canonical import canonical_json, sha256_hex

ENDORSEMENT_FORMAT = "alunite-key-1"


def endorsement_statement(installation: str, old: str, new: str) -> bytes:
    """Return the bytes the key `old` signs when `new` takes over; both are fingerprints."""
    return canonical_json({"format": ENDORSEMENT_FORMAT, "installation": installation, "old": old, "new": new})


def faults_of_keys(installation: str, keys: Iterable[Mapping[str, str]]) -> list[str]:
    """Return everything wrong with a history of keys as `signing.key_history` gives it."""
    keys = list(keys)
    public = {key["id"]: key["public_key"] for key in keys}
    faults = [
        f"key {key['id']}: its public key does not have that fingerprint"
        for key in keys
        if sha256_hex(bytes.fromhex(key["public_key"]))[:32] != key["id"]
    ]
    for key in keys:
        if not key["endorsed_by"]:
            continue
        statement = endorsement_statement(installation, key["endorsed_by"], key["id"])
        if not is_signed(public.get(key["endorsed_by"], ""), statement, key["endorsement"]):
            faults.append(f"key {key['id']}: key {key['endorsed_by']} did not sign that it takes over")
    return faults


def is_signed(public_key: str, data: bytes, signature: str) -> bool:
    """Tell whether a signature, like the key in hexadecimal digits, is good."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def follows(keys: Iterable[Mapping[str, str]], pinned: str, signer: str) -> bool:
    """Tell whether `signer` is the key `pinned`, or took over from it, directly or by others in between.

    Whether each really did is what `faults_of_keys` tells.
    """
    before = {key["id"]: key["endorsed_by"] for key in keys}
    seen: set[str] = set()
    while signer and signer not in seen:
        if signer == pinned:
            return True
        seen.add(signer)
        signer = before.get(signer, "")
    return False
