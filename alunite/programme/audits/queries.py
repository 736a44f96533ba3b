"""What is known of audit firms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from alunite.foundation.merging.kinds import Likely, Line, Side, likely_among
from alunite.foundation.merging.likeness import ORGANISATIONS, Described
from alunite.foundation.merging.queries import standing_merges
from alunite.foundation.merging.rules import spoken_for
from alunite.programme.audits.models import Firm


def firm_heads(ids: Iterable[str], heads: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return id and name of the firm that speaks for each of `ids` that was merged. A query, where there are any."""
    wanted = {record: heads[record] for record in ids if record in heads}
    if not wanted:
        return {}
    names = dict(Firm.objects.filter(pk__in=set(wanted.values())).values_list("pk", "name"))
    return {record: (head, names[head]) for record, head in wanted.items()}


def likely_firms() -> dict[tuple[str, str], Likely]:
    """Return the pairs of firms that are likely one: all that is known of a firm is its name."""
    merges = standing_merges("firm")
    names = dict(Firm.objects.values_list("pk", "name"))
    behind = spoken_for(merges)
    described = [
        Described(record, (names[record], *(names[other] for other in behind.get(record, ()))))
        for record in sorted(names)
        if record not in merges
    ]
    return likely_among(described, ORGANISATIONS)


def sides(ids: Sequence[str]) -> dict[str, Side]:
    """Return what a page of proposals puts side by side of these firms. Two queries."""
    behind = spoken_for(standing_merges("firm"))
    firms = Firm.objects.in_bulk([*ids, *(other for record in ids for other in behind.get(record, ()))])
    return {
        record: Side(
            record,
            firms[record].name,
            tuple(Line(_("Name as printed"), firms[one].name) for one in (record, *behind.get(record, ()))),
        )
        for record in ids
        if record in firms
    }
