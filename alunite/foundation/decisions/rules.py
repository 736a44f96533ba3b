"""Who may answer a proposal: one pure rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alunite.foundation.core.judgement import Judgement, Reason


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as it stands when somebody answers it.

    Parameters
    ----------
    proposed_by : str
        Opaque id of the person.
    proposer_may : bool
        Whether that person may still propose such a thing now.
    is_open : bool
        Whether nobody has answered it.
    version, expires_at
        The version of the record, and when it lapses.
    """

    proposed_by: str
    proposer_may: bool
    is_open: bool
    version: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody's answer: who, whether that person may, which version they saw, and when."""

    person: str | None
    may: bool
    version: int
    at: datetime
    confirms: bool


def may_answer(proposal: Proposal, answer: Answer) -> Judgement[bool]:
    """Return whether an answer counts, with every reason why not.

    A confirmation needs two different people who both may. A refusal needs one who may; whoever proposed may take the
    proposal back by refusing it.
    """
    reasons = []
    if not proposal.is_open:
        text = "It has been answered already."
        reasons.append(Reason("decisions.answered_once", text, {"version": proposal.version}))
    elif answer.version != proposal.version:
        text = "It was changed since you opened the page."
        reasons.append(Reason("decisions.stale", text, {"seen": answer.version, "is": proposal.version}))
    if answer.at >= proposal.expires_at:
        text = "Nobody confirmed it in time, so it has lapsed; propose it again."
        reasons.append(Reason("decisions.lapsed", text, {"expires_at": proposal.expires_at.isoformat()}))
    if answer.person is None or not answer.may:
        text = "Only a person of the Secretariat may answer it."
        reasons.append(Reason("decisions.second_person_may", text, {}))
    if answer.confirms and answer.person == proposal.proposed_by:
        text = "Whoever proposed it cannot confirm it: that takes another person."
        reasons.append(Reason("decisions.two_people", text, {}))
    if answer.confirms and not proposal.proposer_may:
        text = "Whoever proposed it may no longer propose such a thing."
        reasons.append(Reason("decisions.first_person_may", text, {}))
    return Judgement(result=not reasons, reasons=tuple(reasons))
