"""Proposing, confirming, refusing. Confirming carries out, in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from alunite.foundation.accounts.lineage import behind_roles
from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, actor_for, allows, require
from alunite.foundation.accounts.roles import SECRETARIAT_ROLES
from alunite.foundation.core.canonical import digest
from alunite.foundation.core.judgement import Reason
from alunite.foundation.decisions import policies  # noqa: F401, registers the policies asked for below
from alunite.foundation.decisions.acts import Act, act_named
from alunite.foundation.decisions.models import LONGEST_NOTE, Decision, Ground, State
from alunite.foundation.decisions.rules import Answer, Proposal, may_answer
from alunite.foundation.history import decided
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.actions import take_turn

MOST_SUBJECTS = 200


class UnfitProposal(ValueError):
    """What was proposed cannot be read; `faults` pairs each field with a sentence."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in faults))
        self.faults = tuple(faults)


class CannotAnswer(ValueError):
    """The answer does not count; `reasons` say why, all of them."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


def subjects_meant(act: Act, text: str) -> list[str]:
    """Return the subjects a person named, one a line; `UnfitProposal` names every line that means nothing."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    found: list[str] = []
    faults: list[tuple[str, str]] = []
    if not lines:
        faults.append(("what", gettext("Say what it is about, one a line.")))
    if len(lines) > MOST_SUBJECTS:
        too_many = gettext("At most %(most)s at once; these are %(found)s.")
        faults.append(("what", too_many % {"most": MOST_SUBJECTS, "found": len(lines)}))
    for line in lines[:MOST_SUBJECTS]:
        try:
            found.append(act.find(line))
        except ValueError as error:
            faults.append(("what", gettext("“%(line)s”: %(expected)s.") % {"line": line[:100], "expected": error}))
    if found and not faults and not act.touches(found):
        faults.append(("what", gettext("Nothing is left there to be decided on.")))
    if faults:
        raise UnfitProposal(faults)
    return list(dict.fromkeys(found))


def propose_decision(act_name: str, what: str, *, ground: str, note: str, actor: Actor) -> Decision:
    """Propose an act for another person to confirm.

    Raises
    ------
    UnfitProposal
        With every fault of what was typed.
    Refused
        If the actor may not propose.
    """
    require(actor, "decisions.propose")
    faults = [] if ground in Ground.values else [("ground", gettext("Choose one of the reasons."))]
    if len(note) > LONGEST_NOTE:
        faults.append(("note", gettext("At most %(most)s characters.") % {"most": LONGEST_NOTE}))
    try:
        act = act_named(act_name)
        subjects = subjects_meant(act, what)
    except KeyError:
        faults.append(("act", gettext("Choose one of the acts.")))
    except UnfitProposal as error:
        faults += error.faults
    if faults:
        raise UnfitProposal(faults)
    at = timezone.now()
    with transaction.atomic():
        decision = Decision.objects.create(
            act=act.name,
            subjects=subjects,
            ground=ground,
            note=note.strip(),
            proposed_by=uuid.UUID(actor.person_id),
            proposed_at=at,
            expires_at=at + timedelta(days=settings.ALUNITE_DECISION_DAYS),
        )
        said = {"act": act.name, "subjects": subjects, "ground": ground, "note": decision.note}
        _tell(decided.PROPOSED, decision, said, actor)
    return decision


def confirm_decision(decision_id: str, *, version: int, seen: str, actor: Actor) -> Decision:
    """Confirm a decision and carry it out; `seen` is the digest of what its page showed to be touched.

    Raises
    ------
    CannotAnswer
        With every reason; nothing was done.
    Decision.DoesNotExist
        If there is none of that id.
    """
    require(actor, "decisions.answer")
    with transaction.atomic():
        decision = _answerable(decision_id, version, actor, confirms=True)
        # What it touches is looked up while nobody publishes: what is said meanwhile would be left out.
        take_turn()
        act = act_named(decision.act)
        touches = act.touches(decision.subjects)
        if digest(touches) != seen:
            text = gettext("What it touches has changed since you opened the page; look at it again.")
            raise CannotAnswer((Reason("decisions.touches_as_seen", text, {"seen": seen, "is": digest(touches)}),))
        said = {"act": act.name, "ground": decision.ground, "touches": touches}
        cause = _tell(decided.CONFIRMED, decision, said, actor)
        outcome = act.carry_out(decision.pk, touches, actor=actor, cause=cause)
        _tell(decided.CARRIED_OUT, decision, {"act": act.name, "outcome": outcome}, actor)
        _answer(decision, State.CARRIED_OUT, actor, outcome=outcome)
    return decision


def refuse_decision(decision_id: str, *, version: int, note: str, actor: Actor) -> Decision:
    """Refuse a decision; whoever proposed it takes it back so. Errors as for `confirm_decision`."""
    require(actor, "decisions.answer")
    with transaction.atomic():
        decision = _answerable(decision_id, version, actor, confirms=False)
        decision.answer_note = note.strip()[:LONGEST_NOTE]
        _tell(decided.REFUSED, decision, {"act": decision.act, "note": decision.answer_note}, actor)
        _answer(decision, State.REFUSED, actor)
    return decision


def _answerable(decision_id: str, version: int, actor: Actor, *, confirms: bool) -> Decision:
    """Return the decision, locked, if the actor's answer counts."""
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    proposer = Person.objects.filter(pk=decision.proposed_by).first()
    judgement = may_answer(
        Proposal(
            proposed_by=str(decision.proposed_by),
            proposer_may=allows(actor_for(proposer), "decisions.propose"),
            is_open=decision.state == State.PROPOSED,
            version=decision.version,
            expires_at=decision.expires_at,
            is_as_proposed=_is_as_proposed(decision),
            behind=behind_roles(proposer, SECRETARIAT_ROLES) if proposer else (),
        ),
        Answer(
            person=actor.person_id,
            may=allows(actor, "decisions.answer"),
            version=version,
            at=timezone.now(),
            confirms=confirms,
            # `require` has let nobody through but a person of the Secretariat.
            behind=behind_roles(Person.objects.get(pk=uuid.UUID(actor.person_id)), SECRETARIAT_ROLES),
        ),
    )
    if not judgement.result:
        raise CannotAnswer(judgement.reasons)
    return decision


def _is_as_proposed(decision: Decision) -> bool:
    """Tell whether history says of the proposal what its row says: a row can be altered, an entry cannot."""
    of_decision = Entry.objects.filter(record_type=decided.RECORD_TYPE, record_id=decision.pk, kind=decided.PROPOSED)
    proposed = of_decision.select_related("payload").first()
    if proposed is None or proposed.data is None:
        return False
    row = {"act": decision.act, "subjects": decision.subjects, "ground": decision.ground}
    told = {name: proposed.data.get(name) for name in row}
    return told == row and proposed.actor == f"person:{decision.proposed_by}"


def _tell(kind: str, decision: Decision, said: dict[str, Any], actor: Actor) -> Any:
    return record(kind, record_type=decided.RECORD_TYPE, record_id=decision.pk, payload=said, actor=actor.label)


def _answer(decision: Decision, state: State, actor: Actor, outcome: dict[str, int] | None = None) -> None:
    decision.state = state
    decision.answered_by = uuid.UUID(actor.person_id)
    decision.answered_at = timezone.now()
    decision.outcome = outcome
    decision.version += 1
    decision.save()
