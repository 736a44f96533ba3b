"""What can be made out from what sources say of a facility: who owns it, and which capacity is used.

Worked examples: docs/algorithms/preferred-values.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from alunite.foundation.core.days import PartialDate
from alunite.foundation.core.judgement import Judgement
from alunite.foundation.core.preference import Precedence, preferred
from alunite.foundation.core.text import fold, squeeze

_NAME_AND_SHARE = re.compile(r"(?P<name>[^;%]+?)\s*\(?(?P<percent>\d{1,3}(?:\.\d+)?)\s*%\)?")
_BETWEEN = " ,;()"


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner as a source names it; `percent` None where the source gives no share."""

    name: str
    percent: Decimal | None


def owners(text: str) -> tuple[Owner, ...]:
    """Return the owners a source names, in its order.

    What stands after the last share (that a share was sold, for example) names nobody and stays in the printed text.

    >>> [(owner.name, str(owner.percent)) for owner in owners("North Metals (55%), South Ltd. (45.0%), sold in 2013")]
    [('North Metals', '55'), ('South Ltd.', '45.0')]
    >>> owners("North Metals; South Ltd.")
    (Owner(name='North Metals', percent=None), Owner(name='South Ltd.', percent=None))
    """
    shared = tuple(
        Owner(squeeze(match["name"].strip(_BETWEEN)), Decimal(match["percent"]))
        for match in _NAME_AND_SHARE.finditer(text)
    )
    return shared or tuple(Owner(squeeze(name), None) for name in text.split(";") if name.strip())


@dataclass(frozen=True, slots=True)
class Capacity:
    """A capacity as one source states it.

    Parameters
    ----------
    record_id : str
        The record that states it; breaks ties, so that the order of records never matters.
    value : Decimal
        Tonnes in a year.
    product : str
        As printed; empty where the source names none.
    year : PartialDate or None
        The year it is stated for.
    document : str
        The report or list it is cited from, as printed; empty where only a page is named.
    """

    record_id: str
    value: Decimal
    product: str = ""
    year: PartialDate | None = None
    document: str = ""


_PRECEDENCES: tuple[Precedence[Capacity], ...] = (
    Precedence(
        "capacity.year_stated",
        "A capacity stated for a year goes before one whose year is not said.",
        lambda item: item.year is not None,
    ),
    Precedence(
        "capacity.newest_year",
        "The capacity of the latest year goes before earlier ones.",
        lambda item: (item.year is not None, item.year.latest.toordinal() if item.year else 0),
    ),
    Precedence(
        "capacity.document_named",
        "A capacity cited from a named report goes before one that a page prints without it.",
        lambda item: bool(item.document),
    ),
)


def preferred_capacities(capacities: Sequence[Capacity]) -> list[tuple[Judgement[Capacity], list[Capacity]]]:
    """Return for each product the capacity that is used, with the reasons, and all that were compared.

    Capacities speak of one product where one product's words are among the other's, or a source names none.
    """
    groups: list[list[Capacity]] = []
    for item in sorted(capacities, key=lambda item: (-len(item.product), item.record_id)):
        group = next((group for group in groups if any(_one_product(item, other) for other in group)), None)
        if group is None:
            groups.append([item])
        else:
            group.append(item)
    return [(preferred(group, _PRECEDENCES, name="capacity"), group) for group in groups]


def _one_product(one: Capacity, other: Capacity) -> bool:
    mine, theirs = set(fold(one.product).split()), set(fold(other.product).split())
    return mine <= theirs or theirs <= mine
