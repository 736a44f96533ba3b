"""What two people decided, as history itself tells it.

Emptying a payload is the one change the database lets through. Each room that does it asks here first, and
`history verify` asks again afterwards: the entries of the decision must say that one person proposed it, that another
confirmed it, and that it names exactly what is to be emptied. Nothing above this floor has to be asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from alunite.foundation.history.errors import HistoryError
from alunite.foundation.history.models import Entry

RECORD_TYPE = "decision"
PROPOSED = "decision.proposed"
CONFIRMED = "decision.confirmed"
REFUSED = "decision.refused"
CARRIED_OUT = "decision.carried_out"

# What a decision may name, by the word it does so with in `touches` of its confirmation.
ENTRY, PUBLICATION, SUBJECT = "entry", "publication", "subject"

_PERSON = "person:"
_LONGEST_LISTED = 5


class NotDecided(HistoryError):
    """No two people decided this, or not exactly this."""


def require_decided(decision: str, what: str, ids: Collection[int | str]) -> Entry:
    """Return the confirmation of a decision that covers `ids`, one of the words above; two queries.

    It holds from its confirmation until it is told to be carried out, which is within one transaction: a decision is
    used once.

    Raises
    ------
    NotDecided
        If history knows of no such decision, it was not confirmed by a second person, it has been carried out, or it
        names something else.
    """
    of_decision = Entry.objects.filter(record_type=RECORD_TYPE, record_id=decision)
    entries = list(of_decision.select_related("payload").order_by("record_version"))
    if fault := _fault((entry.kind, entry.actor) for entry in entries):
        raise NotDecided(f"decision {decision!r}: {fault}")
    if entries[-1].kind != CONFIRMED:
        raise NotDecided(f"decision {decision!r}: it has been carried out already")
    touches = (entries[-1].data or {}).get("touches", {}).get(what, [])
    if beyond := sorted({str(item) for item in ids} - {str(item) for item in touches}):
        listed = ", ".join(beyond[:_LONGEST_LISTED])
        raise NotDecided(f"decision {decision!r}: it does not name {what} {listed}")
    return entries[-1]


def undecided(decisions: Iterable[str]) -> dict[str, str]:
    """Return what is wrong with each decision that was not taken by two people; empty when all were. One query each."""
    faults = {}
    for decision in sorted(set(decisions)):
        entries = Entry.objects.filter(record_type=RECORD_TYPE, record_id=decision)
        if fault := _fault(entries.order_by("record_version").values_list("kind", "actor")):
            faults[decision] = fault
    return faults


def ground_of(confirmation: Entry) -> str:
    """Return the class of reason a confirmed decision rests on."""
    ground: str = (confirmation.data or {}).get("ground", "")
    return ground


def touches(**named: Sequence[int | str]) -> dict[str, Any]:
    """Return what a decision names in the form its confirmation has it, sorted, without what is empty.

    >>> touches(publication=[3, 1, 3], entry=[])
    {'publication': [1, 3]}
    """
    return {what: sorted(set(ids)) for what, ids in sorted(named.items()) if ids}


def _fault(told: Iterable[tuple[str, str]]) -> str:
    """Return what is wrong with a decision, given kind and actor of each of its entries."""
    kinds_and_actors = list(told)
    proposed = [actor for kind, actor in kinds_and_actors if kind == PROPOSED]
    confirmed = [actor for kind, actor in kinds_and_actors if kind == CONFIRMED]
    if len(proposed) != 1:
        return "history knows of nobody who proposed it"
    if len(confirmed) != 1:
        return "history knows of nobody who confirmed it"
    actors = {*proposed, *confirmed}
    if len(actors) != 2 or not all(actor.startswith(_PERSON) for actor in actors):
        return "it was not proposed and confirmed by two different people"
    return ""
