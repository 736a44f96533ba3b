"""Who may have something kept. Who may have it back says the room that keeps it."""

from __future__ import annotations

from typing import Any

from alunite.foundation.accounts.policies import Actor, policy


@policy("contents.keep", says="Only people with a role in an organisation may send files to be kept.")
def _may_keep(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or bool(actor.roles)


@policy("contents.clear", says="Only the installation itself removes what was left over.")
def _may_clear(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation
