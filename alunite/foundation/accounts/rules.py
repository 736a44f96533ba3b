"""Who may end a role, and how somebody leaves: pure rules."""

from __future__ import annotations

from collections.abc import Collection

from alunite.foundation.accounts.roles import Role
from alunite.foundation.core.judgement import Judgement, Reason


def may_end_role(role: str, *, is_own: bool, other_administrators: int) -> Judgement[bool]:
    """Return whether somebody who looks after an organisation's people may end a role there, with the reason why not.

    The last administrator cannot end their own administration: nobody would be left who can invite. The office, for
    every organisation but its own, and the operator can.

    >>> may_end_role(Role.ADMIN, is_own=True, other_administrators=0).result
    False
    """
    if role == Role.ADMIN and is_own and not other_administrators:
        text = (
            "You are the last administrator here, and nobody could invite people any more. Invite another administrator "
            "first, or ask the office or the operator to end the role."
        )
        return Judgement(result=False, reasons=(Reason("accounts.last_administrator", text, {}),))
    return Judgement(result=True, reasons=())


def may_leave(*, holds_a_role: bool, work: int, successor: str, successors: Collection[str]) -> Judgement[bool]:
    """Return whether somebody can leave an organisation so, with every reason why not; each names its field.

    Parameters
    ----------
    holds_a_role : bool
        Whether there is anything to end.
    work : int
        How much is theirs to do.
    successor : str
        Id of whoever takes it over; empty for nobody.
    successors : collection of str
        Ids of those who can: they do there what the leaver does.

    >>> may_leave(holds_a_role=True, work=3, successor="", successors=["b"]).reasons[0].rule
    'accounts.successor_needed'
    """
    found = []
    if not holds_a_role:
        found.append(Reason("accounts.no_role", "This person holds no role here any more.", {}))
    if successor and successor not in successors:
        text = "Choose somebody who does here what the leaver does."
        found.append(Reason("accounts.successor_unfit", text, {"field": "successor"}))
    elif work and not successor and successors:
        text = "Choose who takes the work over; otherwise nobody would see to it."
        found.append(Reason("accounts.successor_needed", text, {"field": "successor", "work": work}))
    return Judgement(result=not found, reasons=tuple(found))
