"""Everybody who is signed in has an inbox: their own."""

from __future__ import annotations

from typing import Any

from alunite.foundation.accounts.policies import Actor, policy


@policy("inbox.view", says="Sign in to see your tasks.")
def _may_view(actor: Actor, _subject: Any) -> bool:
    return actor.person_id is not None


@policy("inbox.choose", says="What somebody wants of their tasks is theirs to say.")
def _may_choose(actor: Actor, person: Any) -> bool:
    return actor.person_id is not None and actor.person_id == str(person.pk)


@policy("inbox.mail", says="Only the installation itself sends these mails.")
def _may_mail(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


@policy("inbox.remind", says="Sign in to remind somebody.")
def _may_remind(actor: Actor, _subject: Any) -> bool:
    return actor.person_id is not None
