"""What was merged into what, and the proposals a person is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from alunite.foundation.accounts.policies import Actor, allows, policy, scope, scoped
from alunite.foundation.accounts.queries import names_of_actors
from alunite.foundation.accounts.roles import Role
from alunite.foundation.core.judgement import Judgement, Reason
from alunite.foundation.history.queries import newest_entry_of
from alunite.foundation.merging.kinds import Line, MergeKind, Side, merge_kind, merge_kinds
from alunite.foundation.merging.models import Merge, Proposal, Status
from alunite.foundation.merging.rules import Candidate, Merges, head_of, may_propose, spoken_for
from alunite.foundation.publications.queries import latest_payload
from alunite.foundation.publications.sentences import spoken
from alunite.foundation.publications.withheld import withheld

PAGE_LENGTH = 50

# The class of reason with which a record that was merged is withdrawn.
MERGED = "merged"

# Kind and id of a record.
Named = tuple[str, str]

# What history keeps of a run through all records.
RUN_TYPE, RUN_ID = "duplicates", "all"


@policy("duplicates.view", says="Only the membership and data office may see likely duplicates.")
def _may_view(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.holds(Role.OFFICE)


@scope("duplicates.view")
def _viewable(actor: Actor) -> Q:
    return Q() if allows(actor, "duplicates.view") else Q(pk__in=())


def looked_through() -> int:
    """Return the number of the newest import whose records were looked through for duplicates, 0 for none."""
    entry = newest_entry_of(RUN_TYPE, RUN_ID)
    return int((entry.data or {}).get("import", 0)) if entry else 0


def standing_merges(kind: str) -> dict[str, str]:
    """Return loser → survivor of the merges of a kind that stand. One query; there are few."""
    return dict(Merge.objects.filter(kind=kind, undone_at=None).order_by("pk").values_list("loser", "survivor"))


def told_beside(kind: str, merges: Merges, heads: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each of these records, those merged into it that may be told beside it: not what was taken out.

    One query, none where nothing was merged.
    """
    behind = spoken_for(merges)
    told = {head: behind[head] for head in heads if head in behind}
    taken_out = withheld(kind, [record for records in told.values() for record in records])
    return {head: [record for record in records if record not in taken_out] for head, records in told.items()}


def may_be_proposed(one: Named, other: Named) -> Judgement[bool]:
    """Judge whether a person may propose two records, each by kind and id. Five queries at most."""
    first, second = sorted((one[1], other[1]))
    waiting = Proposal.objects.filter(kind=one[0], first=first, second=second, status=Status.OPEN).first()
    return may_propose(_candidate(*one), _candidate(*other), waiting=waiting.pk if waiting else 0)


def _candidate(kind: str, record: str) -> Candidate:
    head = head_of(record, standing_merges(kind))
    is_mergeable = kind in {each.name for each in merge_kinds()}
    return Candidate(kind, record, head, is_mergeable, is_said=latest_payload(kind, head) is not None)


def have_spoken_for(kind: str, records: Sequence[str]) -> list[str]:
    """Return all that ever spoke for one of these records, by merges since undone too: what was published then stands."""
    made = list(Merge.objects.filter(kind=kind).values_list("loser", "survivor"))
    found = set(records)
    while more := {survivor for loser, survivor in made if loser in found} - found:
        found |= more
    return sorted(found - set(records))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the list; empty is everything of that sort."""

    kind: str = ""
    status: str = Status.OPEN
    after: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence as shown: hundredths of the score it adds or takes, the sentence, what was looked at."""

    hundredths: int
    text: str
    looked_at: tuple[tuple[str, str], ...]

    @property
    def signed(self) -> str:
        """Return the hundredths with their sign, a true minus."""
        return f"+{self.hundredths}" if self.hundredths >= 0 else f"\N{MINUS SIGN}{-self.hundredths}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal with both its records, as far as they are there."""

    proposal: Proposal
    kind: MergeKind
    first: Side
    second: Side
    merged: Merge | None = None
    decided_by: str = ""
    proposed_by: str = ""

    @property
    def title(self) -> str:
        """Return both names."""
        return f"{self.first.name} · {self.second.name}"

    @property
    def evidence(self) -> list[Evidence]:
        """Return the evidence, what counts most first."""
        found = [_evidence(Reason.from_dict(reason)) for reason in self.proposal.reasons]
        return sorted(found, key=lambda each: (-abs(each.hundredths), each.text))

    @property
    def rows(self) -> list[tuple[str, list[Line], list[Line]]]:
        """Return what is known of the two, fact by fact: what it is, and what each says of it."""
        labels = dict.fromkeys(line.label for side in (self.first, self.second) for line in side.lines)
        rows = [(label, _said_of(self.first, label), _said_of(self.second, label)) for label in labels]
        return [row for row in rows if row[1] or row[2]]

    @property
    def sides(self) -> tuple[Side, Side]:
        """Return both records."""
        return self.first, self.second

    @property
    def survivor(self) -> Side | None:
        """Return the record that speaks for both, if they are merged."""
        return next((side for side in self.sides if self.merged and side.id == self.merged.survivor), None)


@dataclass(frozen=True, slots=True)
class Proposals:
    """A page of the list, how many there are of each status, and where the next page begins (0: nowhere)."""

    pairs: list[Pair]
    counts: dict[str, int]
    following: int


def proposals(actor: Actor, asked: Asked) -> Proposals:
    """Return a page of proposals: those the rule has no score for, then the likeliest. Queries: two, and a fixed number for each kind of record."""
    visible = scoped(actor, "duplicates.view", Proposal.objects.all())
    of_kind = visible.filter(kind=asked.kind) if asked.kind else visible
    counts = dict(_askable(of_kind).values_list("status").annotate(n=Count("pk")).order_by())
    rows = _askable(of_kind).filter(status=asked.status) if asked.status else _askable(of_kind)
    in_order = rows.order_by(F("score").desc(nulls_first=True), "kind", "first", "second")
    found = list(in_order[asked.after : asked.after + PAGE_LENGTH + 1])
    following = asked.after + PAGE_LENGTH if len(found) > PAGE_LENGTH else 0
    return Proposals(_with_sides(found[:PAGE_LENGTH]), counts, following)


def open_counts(actor: Actor) -> list[tuple[str, str, int]]:
    """Return name, label and number of open proposals of each kind of record that has some. One query."""
    visible = _askable(scoped(actor, "duplicates.view", Proposal.objects.filter(status=Status.OPEN)))
    counts = dict(visible.order_by().values_list("kind").annotate(Count("pk")))
    return [(kind.name, str(kind.label), counts[kind.name]) for kind in merge_kinds() if kind.name in counts]


def _said_of(side: Side, label: str) -> list[Line]:
    return [line for line in side.lines if line.label == label and line.value]


def proposal(actor: Actor, key: int) -> Pair | None:
    """Return one proposal, or None where there is none or it is not for the actor."""
    found = scoped(actor, "duplicates.view", Proposal.objects.filter(pk=key)).first()
    if found is None:
        return None
    merged = Merge.objects.filter(proposal=found, undone_at=None).first()
    names = names_of_actors([label for label in (found.decided_by, found.proposed_by) if label])
    return replace(
        _with_sides([found])[0],
        merged=merged,
        decided_by=names.get(found.decided_by, ""),
        proposed_by=names.get(found.proposed_by, ""),
    )


def _evidence(reason: Reason) -> Evidence:
    looked_at = tuple(
        (name, _as_text(value)) for name, value in reason.values.items() if name != "share" and _says(value)
    )
    return Evidence(round(reason.values.get("share", 0) * 100), spoken(reason.text), looked_at)


def _says(value: Any) -> bool:
    return any(_says(item) for item in value) if isinstance(value, list) else bool(value)


def _as_text(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    between = " · " if any(isinstance(item, list) for item in value) else ", "
    return between.join(_as_text(item) or "–" for item in value)


def _askable(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Leave out open proposals about a record that was merged: the one that speaks for it is proposed instead."""
    gone = Merge.objects.filter(kind=OuterRef("kind"), undone_at=None)
    gone = gone.filter(Q(loser=OuterRef("first")) | Q(loser=OuterRef("second")))
    return rows.exclude(Q(status=Status.OPEN) & Exists(gone))


def _with_sides(rows: list[Proposal]) -> list[Pair]:
    known = {kind.name for kind in merge_kinds()}
    sides: dict[tuple[str, str], Side] = {}
    for name in sorted({row.kind for row in rows} & known):
        ids = sorted({record for row in rows if row.kind == name for record in (row.first, row.second)})
        sides |= {(name, key): side for key, side in merge_kind(name).show(ids).items()}
    return [
        Pair(row, merge_kind(row.kind), _side(sides, row.kind, row.first), _side(sides, row.kind, row.second))
        for row in rows
        if row.kind in known
    ]


def _side(sides: dict[tuple[str, str], Side], kind: str, record: str) -> Side:
    return sides.get((kind, record)) or Side(record, record, ())
