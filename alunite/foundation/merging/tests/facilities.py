"""Real rows of facilities as the rule gets them, and what a person found by reading them.

Marked by hand on 22 November 2026 by the author of the rule, who read all 253 rows of the collection name by name, with
operators, owners, regions and coordinates, before the rule was written: pairs that speak of one place, and pairs where
the rows do not tell. Every other pair is taken for two places. The list is never changed to please the rule.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from django.conf import settings

from alunite.foundation.core.text import fold
from alunite.foundation.merging.likeness import Described

SAME_PLACE = frozenset(
    {
        ("S207", "S215"),  # Alba, in two lists
        ("S130", "S234"),  # Worsley
        ("S006", "S233"),  # Alouette
        ("S039", "S231"),  # Dunkerque
        ("S086", "S241"),  # Mozal
        ("S115", "S225"),  # Sohar
        ("S083", "S188"),  # Massena: the plant, its firm's name, and the town's
        ("S083", "S232"),
        ("S188", "S232"),
        ("S109", "S174"),  # Sebree, before and after it was sold
        ("S126", "S143"),  # Warrick
        ("S053", "S162"),  # Intalco
    }
)
# The rows do not tell whether these are one place, part of one, or neighbours; counted as neither.
DOUBTFUL = frozenset(
    {
        ("S017", "S221"),  # Baotou
        ("S104", "S239"),  # Ras Al Khair
        ("S068", "S220"),  # Korba
        ("S102", "S205"),  # Portland and Point Henry
        ("S126", "S195"),  # Warrick smelts, its neighbour rolls; they were one
        ("S143", "S195"),
    }
)
# Next door to each other, and two places; marked for the test of neighbours.
NEIGHBOURS = (("S019", "S050"), ("S166", "S184"), ("S063", "S108"), ("S156", "S175"), ("S154", "S155"))

_SHARE = re.compile(r"\(?[\d.]+\s*%\)?|\bsold on .*")


def _holders(row: dict[str, str]) -> Iterator[str]:
    for text in (row["operator"], *re.split(r"[,;]", row["owner"])):
        if name := _SHARE.sub("", text).strip():
            yield name


def described_rows() -> list[Described]:
    """The rows of facilities in samples/, of every origin, by id."""
    rows = [
        row
        for path in sorted((settings.REPOSITORY / "samples").glob("*/facilities.csv"))
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    ]
    return [
        Described(
            id=row["facility_id"],
            names=(row["name"],),
            countries=frozenset({row["country"]} - {""}),
            region=row["region"],
            holders=tuple(_holders(row)),
            activities=frozenset(row["activity"].split(";")) - {""},
            place=(float(row["latitude"]), float(row["longitude"])) if row["latitude"] else None,
            capacities={fold(row["capacity_product"]): float(row["capacity_t_per_year"])}
            if row["capacity_t_per_year"]
            else {},
            origins=frozenset({row["via_url"] or row["source_url"]}),
        )
        for row in sorted(rows, key=lambda row: row["facility_id"])
    ]
