"""Who may end a role: one pure rule."""

from __future__ import annotations

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
