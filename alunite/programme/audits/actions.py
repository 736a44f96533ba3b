"""Taking up audit firms that sources name."""

from __future__ import annotations

from collections.abc import Iterable

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.history.models import Entry
from alunite.foundation.merging import rules as merging
from alunite.foundation.merging.queries import MERGED, standing_merges
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.programme.audits.models import Firm
from alunite.programme.audits.publish import firm_payload


def firms_named(names: Iterable[str], *, actor: Actor) -> dict[str, Firm]:
    """Return the firms of these names, making and publishing those not yet known. Runs inside a transaction."""
    require(actor, "imports.run")
    wanted = sorted(set(names))
    held = {firm.name: firm for firm in Firm.objects.filter(name__in=wanted)}
    new = Firm.objects.bulk_create(Firm(name=name) for name in wanted if name not in held)
    if new:
        record_many(
            "firm.named_in_source",
            [Change(record_type="firm", record_id=firm.pk, payload={"name": firm.name}) for firm in new],
            actor=actor.label,
        )
        publish("firm", [ToPublish(firm.pk, firm_payload(firm)) for firm in new], actor=actor)
    return held | {firm.name: firm for firm in new}


def publish_firms(ids: Iterable[str], *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish what is said of these firms: what was merged gives way to the record that speaks for it."""
    merges = standing_merges("firm")
    wanted = sorted({head for record in ids for head in (record, merging.head_of(record, merges))})
    behind = merging.spoken_for(merges)
    firms = Firm.objects.in_bulk([*wanted, *(other for record in wanted for other in behind.get(record, ()))])
    said = [
        ToPublish(record, None, MERGED, merges[record])
        if record in merges
        else ToPublish(record, firm_payload(firms[record], [firms[other] for other in behind.get(record, ())]))
        for record in wanted
    ]
    publish("firm", said, actor=actor, cause=cause)
