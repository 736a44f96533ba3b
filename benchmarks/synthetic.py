"""Fill an installation made by `alunite init` with a skewed synthetic register, published the way real rows are.

.venv/bin/python benchmarks/synthetic.py [--certificates 100000] [--members 2000]

One country has 30 % of the certificates; each has a timeline of three states; every tenth is published a second time,
so that what was said by a day differs from what is said now. Everything is made up, and says so in its names.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from datetime import date, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alunite.config.settings")

import django

django.setup()

from alunite.foundation.accounts.policies import OPERATOR  # noqa: E402, after django.setup()
from alunite.foundation.adoption.queries import current_pack  # noqa: E402, after django.setup()
from alunite.foundation.publications.actions import ToPublish, publish  # noqa: E402, after django.setup()
from alunite.foundation.publications.identifiers import ALPHABET, LENGTH  # noqa: E402, after django.setup()
from alunite.foundation.publications.kinds import UNKNOWN  # noqa: E402, after django.setup()

BATCH = 5000
COUNTRIES = ("NO", "DE", "FR", "IN", "BR", "CA", "AE", "AU", "IS", "US", "JP", "ES", "IT", "PL", "TR", "BH", "GN", "ZA")
# Out of a hundred certificates so many are of the first country; the others share the rest.
SHARE_OF_THE_FIRST = 0.3
PLACES = ("North", "South", "Harbour", "River", "Hill", "Valley", "Lake", "Forest", "Bridge", "Mill")


def main() -> int:
    parser = argparse.ArgumentParser(description="Fill an installation with a synthetic register.")
    parser.add_argument("--certificates", type=int, default=100_000)
    parser.add_argument("--members", type=int, default=2000)
    options = parser.parse_args()
    chance = random.Random(3)
    members = [_named("member", number, "Made-up Metals") for number in range(options.members)]
    firms = [_named("firm", number, "Made-up Audit") for number in range(20)]
    publish("member", [ToPublish(item["id"], _member(item)) for item in members], actor=OPERATOR)
    publish(
        "firm", [ToPublish(item["id"], item | {"standing": "named_in_source_only"}) for item in firms], actor=OPERATOR
    )
    started = time.perf_counter()
    for first in range(0, options.certificates, BATCH):
        numbers = range(first, min(first + BATCH, options.certificates))
        said = [_certificate(number, chance, members, firms) for number in numbers]
        again = [item | {"scope": item["scope"] + ", said again"} for item in said[::10]]
        publish("certificate", [ToPublish(item["id"], item) for item in (*said, *again)], actor=OPERATOR)
        rate = (first + len(numbers)) / (time.perf_counter() - started)
        print(f"{first + len(numbers)} certificates, {rate:.0f} a second", file=sys.stderr)
    return 0


def _id(group: int, number: int) -> str:
    """Return the public id that stands for a number: the same each time, and of no order."""
    value = (number * 7919 + group * 104_729) % len(ALPHABET) ** LENGTH
    letters = []
    for _ in range(LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)


def _named(kind: str, number: int, name: str) -> dict[str, str]:
    return {"id": _id({"member": 1, "firm": 2}[kind], number), "name": f"{name} {number}"}


def _member(item: dict[str, str]) -> dict[str, Any]:
    unknown = dict.fromkeys(("membership_class", "class_basis", "joined", "certified"), UNKNOWN)
    stated = {"standing": "named_in_source_only", "countries": [], "activities": [], "note": "", "source_url": ""}
    return item | unknown | stated


def _certificate(
    number: int, chance: random.Random, members: list[dict[str, str]], firms: list[dict[str, str]]
) -> dict[str, Any]:
    pack = current_pack_once()
    begins = date(2015, 1, 1) + timedelta(days=chance.randrange(4000))
    place = f"{chance.choice(PLACES)}{chance.choice(PLACES).lower()}"
    country = COUNTRIES[0] if chance.random() < SHARE_OF_THE_FIRST else chance.choice(COUNTRIES[1:])
    family = chance.choice(pack["families"])
    source = f"https://example.org/made-up/{number}"
    return {
        "id": _id(0, number),
        "entity": f"{place} works {number % 20_000}",
        "members": chance.sample(members, 1),
        "countries": [country],
        "family": family,
        "version": UNKNOWN,
        "version_printed": UNKNOWN,
        "level": chance.choice(pack["levels"]),
        "scope": f"Made-up scope of {place}, one of many: casting, rolling and remelting at site {number % 500}",
        "activities": sorted(chance.sample(pack["activities"], chance.randint(1, 4))),
        "firm": chance.choice(firms),
        "certificate_number": str(number),
        "issue_date": begins.isoformat(),
        "expiry_date": (begins + timedelta(days=1094)).isoformat(),
        "certified_since": UNKNOWN,
        "announced_date": UNKNOWN,
        "event": UNKNOWN,
        "source_url": source,
        "timeline": _timeline(begins, source),
        "events": [_event(number, f"{place} works {number % 20_000}", begins, source)],
    }


def _event(number: int, entity: str, begins: date, source: str) -> dict[str, Any]:
    return {
        "id": _id(3, number),
        "record_id": f"X{number:07}",
        "entity": entity,
        "event": UNKNOWN,
        "issue_date": begins.isoformat(),
        "expiry_date": (begins + timedelta(days=1094)).isoformat(),
        "certified_since": UNKNOWN,
        "announced_date": UNKNOWN,
        "source_url": source,
    }


def _timeline(begins: date, source: str) -> list[dict[str, Any]]:
    halts, ends = begins + timedelta(days=500), begins + timedelta(days=1095)
    runs = (("active", begins, halts), ("suspended", halts, ends), ("expired", ends, None))
    return [
        {
            "state": state,
            "first": first.isoformat(),
            "last": (after - timedelta(days=1)).isoformat() if after else None,
            "qualifier": UNKNOWN,
            "reasons": [
                {
                    "rule": "made.up",
                    "text": f"Made up: {state} from {first}.",
                    "values": {},
                    "trust": "design",
                    "origin": "ours",
                    "source": source,
                }
            ],
        }
        for state, first, after in runs
    ]


_pack: dict[str, list[str]] = {}


def current_pack_once() -> dict[str, list[str]]:
    """Return the ids certificates are made up with, read once."""
    if not _pack:
        pack = current_pack()
        _pack["families"] = [family.id for family in pack.families]
        _pack["levels"] = [level.id for level in pack.levels]
        _pack["activities"] = [activity.id for activity in pack.activities]
    return _pack


if __name__ == "__main__":
    sys.exit(main())
