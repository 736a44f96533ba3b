"""Rows of figures, in three kinds of file: each is a statement, kept cell by cell.

None of them has a column of ids. A row is known by what it speaks of and who says it; where one source says two things
under all of that, both stay, told apart by their value.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.importing.cells import (
    Column,
    country,
    number,
    one_of,
    partial_date,
    text_cell,
    web_address,
    year,
)
from alunite.foundation.importing.kinds import ImportKind, register
from alunite.foundation.publications.records import stated_by, withheld_keys
from alunite.society.impact.actions import take_up_figures
from alunite.society.impact.models import Figure
from alunite.society.impact.rules import LEVELS

LONGEST_WORD = 300
# Units in which nothing can be less than nothing.
COUNTED = frozenset({"count", "tonnes"})


def _check_yearly(values: dict[str, Any], _context: Any) -> Iterable[tuple[str, str]]:
    value, unit = values.get("value"), values.get("unit")
    if value is not None and value < 0 and unit in COUNTED:
        yield "value", f"a number of at least 0, where the unit is {unit}"
    speaks_of, as_of = values.get("year"), values.get("as_of")
    if speaks_of and as_of and as_of.latest < speaks_of.earliest:
        yield "as_of", f"a day that is not before the year {speaks_of}"


def _no_check(_values: dict[str, Any], _context: Any) -> Iterable[tuple[str, str]]:
    return ()


YEARLY = register(
    ImportKind(
        name="yearly",
        order=50,
        columns=(
            Column("year", year, required=True),
            Column("metric", text_cell, required=True, longest=LONGEST_WORD),
            Column("dimension", text_cell, longest=LONGEST_WORD),
            Column("value", number(), required=True),
            Column("unit", text_cell, required=True, longest=LONGEST_WORD),
            Column("as_of", partial_date),
            Column("note", text_cell),
            Column("source_url", web_address, required=True),
        ),
        key=("year", "metric", "dimension", "unit", "as_of", "source_url"),
        told_apart_by="value",
        context=current_pack,
        check_row=_check_yearly,
        apply=take_up_figures,
        stated_by=stated_by("figure"),
        record="figure",
        withheld=partial(withheld_keys, Figure, "figure", "yearly"),
    )
)

PRODUCTION = register(
    ImportKind(
        name="production",
        order=51,
        columns=(
            Column("level", one_of(*LEVELS), required=True),
            Column("country", country),
            Column("name", text_cell, required=True, longest=LONGEST_WORD),
            Column("sub_site", text_cell, longest=LONGEST_WORD),
            Column("commodity", text_cell, required=True, longest=LONGEST_WORD),
            Column("product", text_cell, longest=LONGEST_WORD),
            Column("year", year, required=True),
            Column("value_t", number(0), required=True),
            Column("measure", text_cell, required=True, longest=LONGEST_WORD),
            Column("production_share", number(0, 1)),
            Column("basis", one_of("wet", "dry")),
            Column("estimated", one_of("yes", "no")),
            Column("note", text_cell),
            Column("source", text_cell),
            Column("source_url", web_address, required=True),
        ),
        key=(
            "level",
            "country",
            "name",
            "sub_site",
            "commodity",
            "product",
            "year",
            "measure",
            "production_share",
            "basis",
            "source",
            "source_url",
        ),
        told_apart_by="value_t",
        context=current_pack,
        check_row=_no_check,
        apply=take_up_figures,
        stated_by=stated_by("figure"),
        record="figure",
        withheld=partial(withheld_keys, Figure, "figure", "production"),
    )
)

GHG = register(
    ImportKind(
        name="ghg",
        order=52,
        columns=(
            Column("scope", one_of(*LEVELS), required=True),
            Column("name", text_cell, required=True, longest=LONGEST_WORD),
            Column("country", country),
            Column("year", year, required=True),
            Column("metric", text_cell, required=True, longest=LONGEST_WORD),
            Column("value", number(), required=True),
            Column("unit", text_cell, required=True, longest=LONGEST_WORD),
            Column("boundary", text_cell, longest=LONGEST_WORD),
            Column("note", text_cell),
            Column("source_url", web_address, required=True),
        ),
        key=("scope", "name", "country", "year", "metric", "unit", "boundary", "source_url"),
        told_apart_by="value",
        context=current_pack,
        check_row=_no_check,
        apply=take_up_figures,
        stated_by=stated_by("figure"),
        record="figure",
        withheld=partial(withheld_keys, Figure, "figure", "ghg"),
    )
)
