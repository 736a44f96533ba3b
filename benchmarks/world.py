"""A made-up register to measure with: skewed, large, and published the way real rows are.

.venv/bin/python benchmarks/world.py build [--certificates 100000] [--facilities 20000]

It fills the installation ALUNITE_HOME and DATABASE_URL name, which must not exist yet. One country has 30 % of the
certificates and a few members have most of them; each certificate has three past states and one that holds; every fifth
was corrected once. Publications were made on four days of the past, so that the second clock has something to tell
apart: the program's clock is set for that, here and nowhere else. All names say that they are made up.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alunite.config.settings")

import django

django.setup()

from django.test import RequestFactory  # noqa: E402, after django.setup()
from django.urls import reverse  # noqa: E402

from alunite.config.commands.setting_up import initialise  # noqa: E402
from alunite.foundation.accounts.policies import OPERATOR  # noqa: E402
from alunite.foundation.adoption.queries import current_pack  # noqa: E402
from alunite.foundation.publications.actions import ToPublish, publish  # noqa: E402
from alunite.foundation.publications.identifiers import ALPHABET, LENGTH  # noqa: E402
from alunite.foundation.publications.kinds import UNKNOWN  # noqa: E402
from alunite.foundation.publications.queries import latest_payload  # noqa: E402
from alunite.front.register import cursor, queries  # noqa: E402
from alunite.front.register.list_views import question  # noqa: E402
from alunite.front.register.models import NOW, Record  # noqa: E402

BATCH = 2500
DAYS = [datetime(year, 3, 1, 9, tzinfo=UTC) for year in (2020, 2022, 2024, 2026)]
COUNTRIES = ("NO", "DE", "FR", "IN", "BR", "CA", "AE", "AU", "IS", "US", "JP", "ES", "IT", "PL", "TR", "BH", "GN", "ZA")
# One country has so much of everything; the others share the rest.
SHARE_OF_THE_FIRST = 0.3
# Every so manieth certificate was published again, corrected.
CORRECTED = 5
PLACES = ("North", "South", "Harbour", "River", "Hill", "Valley", "Lake", "Forest", "Bridge", "Mill")
WORKS = "Works"


@dataclass(frozen=True)
class Size:
    """How much of everything there is."""

    certificates: int
    facilities: int
    members: int
    firms: int = 20


def build(size: Size) -> None:
    """Make the installation and publish everything, on its days."""
    with at(DAYS[0]):
        initialise(samples=False, directory=None)
    world = World(size)
    for day, kind, said in world.told():
        with at(day):
            publish(kind, [ToPublish(item["id"], item) for item in said], actor=OPERATOR)


def at(moment: datetime) -> Any:
    """Set the program's clock."""
    return mock.patch("django.utils.timezone.now", return_value=moment)


class World:
    """What is published, the same each time."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.chance = random.Random(3)
        pack = current_pack()
        self.families = [item.id for item in pack.families]
        self.levels = [item.id for item in pack.levels]
        self.activities = [item.id for item in pack.activities]
        self.members = [{"id": public_id(1, n), "name": f"Made-up Metals {n}"} for n in range(size.members)]
        self.firms = [{"id": public_id(2, n), "name": f"Made-up Audit {n}"} for n in range(size.firms)]
        self.facilities = [self._place(number) for number in range(size.facilities)]

    def told(self) -> Iterator[tuple[datetime, str, list[dict[str, Any]]]]:
        """Yield what is published together: when, of which kind, and what is said."""
        yield DAYS[0], "member", [_member(item) for item in self.members]
        yield DAYS[0], "firm", [item | {"standing": "named_in_source_only"} for item in self.firms]
        for batch in batches(range(self.size.facilities)):
            yield DAYS[0], "facility", [self._facility(number) for number in batch]
        half = self.size.certificates // 2
        for day, numbers in ((DAYS[0], range(half)), (DAYS[1], range(half, self.size.certificates))):
            for batch in batches(numbers):
                yield day, "certificate", [self.certificate(number) for number in batch]
        # A generator of its own for each certificate: said again, it differs in what was corrected alone.
        again = range(0, self.size.certificates, CORRECTED)
        for day, numbers in ((DAYS[2], again[::2]), (DAYS[3], again[1::2])):
            for batch in batches(numbers):
                yield day, "certificate", [corrected(self.certificate(number)) for number in batch]

    def _place(self, number: int) -> tuple[str, str]:
        name = f"{self.chance.choice(PLACES)}{self.chance.choice(PLACES).lower()} {WORKS} {number} (made up)"
        return name, self._country(self.chance)

    def _country(self, chance: random.Random) -> str:
        return COUNTRIES[0] if chance.random() < SHARE_OF_THE_FIRST else chance.choice(COUNTRIES[1:])

    def _facility(self, number: int) -> dict[str, Any]:
        name, country = self.facilities[number]
        silent = ("owner", "owner_year", "region", "start_year", "end_year", "status", "power_source")
        silent += ("industry_code", "products", "source", "via_url", "latitude", "longitude", "attribution")
        activity = self.activities[number % len(self.activities)]
        return {
            **dict.fromkeys(silent, UNKNOWN),
            "id": public_id(3, number),
            "record_id": f"F{number:06}",
            "name": name,
            "operator": self.members[number % len(self.members)]["name"],
            "owners": [],
            "activities": [{"activity": activity, "activity_printed": activity}],
            "countries": [country],
            "capacities": [],
            "source_url": f"https://example.org/made-up/facility/{number}",
            "origin": "third_party",
            "licence": "CC0-1.0",
            "statement_version": 1,
        }

    def certificate(self, number: int) -> dict[str, Any]:
        """Return what is said of one certificate."""
        chance = random.Random(number)
        entity, country = self.facilities[
            min(int(chance.expovariate(6) * self.size.facilities), self.size.facilities - 1)
        ]
        begins = date(2013, 1, 1) + timedelta(days=chance.randrange(3000))
        ends = begins + timedelta(days=1095)
        source = f"https://example.org/made-up/{number}"
        days = {
            "issue_date": begins.isoformat(),
            "expiry_date": (ends - timedelta(days=1)).isoformat(),
            "certified_since": UNKNOWN,
            "announced_date": UNKNOWN,
        }
        terms = {"event": UNKNOWN, "source_url": source, "licence": "CC0-1.0", "attribution": UNKNOWN}
        return {
            **days,
            **terms,
            "id": public_id(0, number),
            "entity": entity,
            "members": [self.members[int(chance.paretovariate(0.7)) % len(self.members)]],
            "countries": [country],
            "family": chance.choice(self.families),
            "version": UNKNOWN,
            "version_printed": UNKNOWN,
            "level": chance.choice(self.levels),
            "scope": f"Made-up scope: casting, rolling and remelting at site {number % 500}",
            "activities": sorted(chance.sample(self.activities, chance.randint(1, min(4, len(self.activities))))),
            "firm": chance.choice(self.firms),
            "certificate_number": str(number),
            "timeline": self._timeline(begins, ends, source, chance),
            "events": [
                {**days, **terms, "id": public_id(4, number), "record_id": f"X{number:07}", "entity": entity},
            ],
        }

    def _timeline(self, begins: date, ends: date, source: str, chance: random.Random) -> list[dict[str, Any]]:
        halts, goes_on = begins + timedelta(days=500), begins + timedelta(days=560)
        last = chance.choice(("expired", "expired", "active", "withdrawn"))
        first, second = self.levels[0], self.levels[-1]
        runs = [
            ("active", first, begins, halts),
            ("suspended", first, halts, goes_on),
            ("active", second, goes_on, ends),
            (last, second, ends, None),
        ]
        return [
            {
                "state": state,
                "first": begun.isoformat(),
                "last": (after - timedelta(days=1)).isoformat() if after else None,
                "qualifier": level,
                "reasons": [
                    {
                        "rule": "made.up",
                        "text": f"Made up: {state} from {begun}.",
                        "values": {"from": begun.isoformat()},
                        "trust": "design",
                        "origin": "ours",
                        "source": source,
                    }
                ],
            }
            for state, level, begun, after in runs
        ]


def corrected(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a certificate with a correction."""
    return said | {"scope": f"{said['scope']}, corrected"}


def public_id(group: int, number: int) -> str:
    """Return the public id that stands for a number: the same each time, and of no order."""
    value = (number * 7919 + group * 104_729_000_003) % len(ALPHABET) ** LENGTH
    letters = []
    for _ in range(LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)


def batches(numbers: range) -> Iterator[range]:
    """Cut a range into parts that are published together."""
    for first in range(0, len(numbers), BATCH):
        yield numbers[first : first + BATCH]


def _member(item: dict[str, str]) -> dict[str, Any]:
    unknown = dict.fromkeys(("membership_class", "class_basis", "joined", "certified"), UNKNOWN)
    stated = {"standing": "named_in_source_only", "countries": [], "activities": [], "note": "", "source_url": ""}
    return item | unknown | stated


def addresses() -> dict[str, str]:
    """Return the address of each page that is measured, by its name."""
    country, activity = COUNTRIES[0], current_pack().activities[0].id
    shown = Record.objects.filter(NOW, kind="certificate", subject=public_id(0, 0)).get()
    past = "on=2018-06-30&as_of=2023-01-01"
    return {
        "home": "/",
        "list": "/register/",
        "list, two filters": f"/register/?country={country}&country={COUNTRIES[1]}&activity={activity}",
        "list, by name": "/register/?sort=name",
        "list, by expiry": f"/register/?sort=expiry&country={country}",
        "list, text and two filters": f"/register/?q=works&country={country}&activity={activity}",
        "list, rare text and two filters": f"/register/?q=hillbridge&country={country}&activity={activity}",
        "list, text, one filter and a state": f"/register/?q=works&country={country}&state=active",
        "list, last page": f"/register/?after={last_page()}",
        "list, both clocks": f"/register/?{past}",
        "list, both clocks, text and two filters": f"/register/?q=works&country={country}&activity={activity}&{past}",
        "list, both clocks and a state": f"/register/?state=active&{past}",
        "map": "/map/",
        "map, two filters": f"/map/?country={country}&activity={activity}",
        "API, list of 50": "/api/v1/public/certificates?limit=50",
        "record": reverse("certificate", args=(shown.subject, shown.slug)),
        "record, both clocks": f"{reverse('certificate', args=(shown.subject, shown.slug))}?{past}",
    }


def last_page() -> str:
    """Return the cursor of the last page of the list, made as the page before it makes it."""
    request = RequestFactory().get("/register/")
    asked = question(request)
    whole = asked.form.is_valid() and queries.every(asked.asked, asked.known)
    last = Record.objects.get(publication=whole[-queries.PAGE_LENGTH - 1])
    ordered = queries._ordered(asked.asked, queries._narrowed_to(asked.asked, asked.known), asked.known)  # noqa: SLF001
    bookmark = queries._bookmark(asked.asked, last, ordered, asked.known)  # noqa: SLF001, as `listing` does
    return cursor.write(cursor.Cursor(bookmark, asked.known.newest, asked.clocks.day, asked.form.question))


def publish_one_by_one(times: int) -> list[float]:
    """Correct certificates one at a time; return how many seconds each took."""
    shown = Record.objects.filter(NOW, kind="certificate").order_by("subject")
    taken = []
    for subject in shown.values_list("subject", flat=True)[:times]:
        said = latest_payload("certificate", subject) or {}
        started = time.perf_counter()
        publish("certificate", [ToPublish(subject, corrected(said))], actor=OPERATOR)
        taken.append(time.perf_counter() - started)
    return taken


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["build", "addresses", "publish"])
    parser.add_argument("--certificates", type=int, default=100_000)
    parser.add_argument("--facilities", type=int, default=20_000)
    parser.add_argument("--members", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=25)
    options = parser.parse_args(arguments)
    if options.what == "build":
        build(Size(options.certificates, options.facilities, options.members))
    else:
        found = addresses() if options.what == "addresses" else publish_one_by_one(options.times)
        print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
