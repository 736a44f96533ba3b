"""Who may answer a proposal: one pure rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alunite.foundation.core.judgement import Judgement, Reason

Behind = tuple[frozenset[str], ...]


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
    is_as_proposed : bool
        Whether it still says what its proposer proposed, as history tells it.
    behind : tuple of frozenset of str
        For each role by which the proposer may, the people through whose hands it came, themselves among them.
    """

    proposed_by: str
    proposer_may: bool
    is_open: bool
    version: int
    expires_at: datetime
    is_as_proposed: bool
    behind: Behind


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody's answer: who, whether they may and through whom, which version they saw, and when."""

    person: str | None
    may: bool
    version: int
    at: datetime
    confirms: bool
    behind: Behind


def are_independent(first: Behind, second: Behind) -> bool:
    """Return whether two people hold a role each with nobody behind both.

    An administrator who invited two accounts, one of them perhaps their own, may be the only human there is.

    >>> are_independent((frozenset({"anna"}),), (frozenset({"ben"}),))
    True
    >>> are_independent((frozenset({"anna", "carla"}),), (frozenset({"ben", "carla"}),))
    False
    """
    return any(not mine & theirs for mine in first for theirs in second)


def may_answer(proposal: Proposal, answer: Answer) -> Judgement[bool]:
    """Return whether an answer counts, with every reason why not.

    A confirmation needs two different people who both may, and nobody through whom both came by their roles; and what
    is confirmed must be what was proposed. A refusal needs one who may; whoever proposed may take the
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
    if answer.confirms and not proposal.is_as_proposed:
        text = "History does not say that this was proposed: it was altered since, or erased. Propose it again."
        reasons.append(Reason("decisions.as_proposed", text, {}))
    are_two_who_may = answer.may and proposal.proposer_may and answer.person != proposal.proposed_by
    if answer.confirms and are_two_who_may and not are_independent(proposal.behind, answer.behind):
        text = (
            "You and whoever proposed it came by your roles through the same person, who could be behind both. "
            "Somebody else has to confirm it, or the operator has to take the role from one of you and give it anew."
        )
        reasons.append(Reason("decisions.independent_people", text, {}))
    return Judgement(result=not reasons, reasons=tuple(reasons))
