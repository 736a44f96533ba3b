"""Who takes part in decisions: people of the Secretariat, each signed in under their own name."""

from __future__ import annotations

from typing import Any

from alunite.foundation.accounts.policies import Actor, policy


@policy("decisions.view", says="Only the Secretariat may see decisions.")
def _may_view(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.is_secretariat


@policy("decisions.propose", says="Only a person of the Secretariat may propose a decision.")
def _may_propose(actor: Actor, _subject: Any) -> bool:
    return actor.person_id is not None and actor.is_secretariat


@policy("decisions.answer", says="Only a person of the Secretariat may confirm or refuse a decision.")
def _may_answer(actor: Actor, _subject: Any) -> bool:
    return actor.person_id is not None and actor.is_secretariat
