"""The numbers of docs/algorithms/history.md are those of a shell, and those of the code."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from alunite.foundation.core.canonical import canonical_json, sha256_hex
from alunite.foundation.history import findings, rules
from alunite.foundation.keys import signing

RFC_8032_TEST_1 = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"


@pytest.fixture(scope="module")
def page():
    return Path(settings.REPOSITORY, "docs", "algorithms", "history.md").read_text("utf-8")


def _statement_and_signature():
    """Compute the worked example with our own code."""
    first = {
        "record_type": "member",
        "record_id": "m1",
        "record_version": 1,
        "kind": "member.imported",
        "actor": "import",
        "at": rules.timestamp(datetime(2026, 11, 22, 12, 30, tzinfo=UTC)),
        "cause": None,
        "payload_digest": rules.payload_digest(
            "000102030405060708090a0b0c0d0e0f",
            canonical_json({"name": "Example Rolling Mill", "country": "NO"}).decode(),
        ),
        "previous_hash": "",
    }
    hash_1 = rules.entry_hash(**first)
    renamed = rules.payload_digest("101112131415161718191a1b1c1d1e1f", '{"name":"Example Rolling"}')
    second = {**first, "record_version": 2, "kind": "member.renamed", "actor": "person:7", "previous_hash": hash_1}
    hash_2 = rules.entry_hash(**{**second, "at": "2026-11-22T12:31:00.000000Z", "payload_digest": renamed})
    tree = rules.MerkleTree()
    tree.add(1, hash_1)
    tree.add(2, hash_2)
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(RFC_8032_TEST_1))
    statement = rules.checkpoint_statement(
        number=1,
        first=1,
        last=2,
        count=tree.count,
        root=tree.root(),
        contents=rules.contents_digest(sorted([hash_1, hash_2])),
        previous_hash="",
        at="2026-11-22T12:35:00.000000Z",
        key_id=signing.fingerprint(key.public_key()),
    )
    return key, statement, key.sign(statement), (hash_1, hash_2, tree.root())


def test_a_shell_computes_the_numbers_on_the_page(page):
    console = "\n".join(re.findall(r"```console\n(.*?)```", page, re.DOTALL))
    commands = [line[2:] for line in console.splitlines() if line.startswith("$ ")]
    expected = [line for line in console.splitlines() if line and not line.startswith("$ ")]
    bash = shutil.which("bash")
    outcome = subprocess.run([bash, "-e", "-c", "\n".join(commands)], capture_output=True, text=True, check=True)
    assert outcome.stdout.splitlines() == expected
    assert len(expected) >= 9


def test_the_code_computes_the_numbers_on_the_page(page):
    _, statement, signature, hashes = _statement_and_signature()
    for number in (*hashes, sha256_hex(statement), base64.b64encode(signature).decode()):
        assert number in page


@pytest.mark.skipif(not shutil.which("openssl"), reason="the page's openssl command needs openssl")
def test_openssl_accepts_the_signature(page, tmp_path):
    key, statement, signature, _ = _statement_and_signature()
    (tmp_path / "keys").mkdir()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "keys" / "KEY_ID.pub").write_bytes(pem)
    (tmp_path / "statement").write_bytes(statement)
    (tmp_path / "signature").write_bytes(signature)
    command = re.search(r"```sh\n(openssl .*?)\n```", page)[1]
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)


def test_every_kind_of_problem_is_on_the_page(page):
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == findings.PROBLEM_KINDS
