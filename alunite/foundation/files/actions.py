"""Keeping what was received, and clearing away what was not.

A room keeps files in its own action, within the transaction of what refers to them::

    with receiving(sent.chunks()) as received, transaction.atomic():
        content = keep(received, actor=actor)
        Evidence(content=content, ...).save()
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.files import policies  # noqa: F401, registers them
from alunite.foundation.files.models import Content
from alunite.foundation.files.queries import left_over
from alunite.foundation.files.storing import Received, put_in_place
from alunite.foundation.history.actions import record

LEFT_FOR = timedelta(days=1)
KEPT = "content.kept"
RECORD_TYPE = "content"

_TURN = "alunite.files"


def keep(received: Received, *, actor: Actor) -> Content:
    """Keep what was received, and return it; what is kept already stays as it is, once.

    Raises
    ------
    Refused
        If the actor may not have anything kept.
    """
    require(actor, "contents.keep")
    with transaction.atomic():
        _hold_off(clearing=False)
        # First: a row without its file is what no crash may leave.
        put_in_place(received)
        content, is_new = Content.objects.get_or_create(
            sha256=received.sha256,
            defaults={"size": received.size, "media_type": received.media_type, "kept_at": timezone.now()},
        )
        if is_new:
            said = {"size": content.size, "media_type": content.media_type}
            record(KEPT, record_type=RECORD_TYPE, record_id=content.sha256, payload=said, actor=actor.label)
    return content


def clear_left_over(*, actor: Actor) -> int:
    """Remove files that were given up on the way more than a day ago, and return how many; contents never go."""
    require(actor, "contents.clear")
    with transaction.atomic():
        _hold_off(clearing=True)
        old = left_over(before=timezone.now() - LEFT_FOR)
        for path in old:
            path.unlink(missing_ok=True)
    return len(old)


def _hold_off(*, clearing: bool) -> None:
    """Let nobody keep while somebody clears: what is put in place again just then would be taken for left over.

    On SQLite the transaction itself sees to it, which begins with a writer's lock.
    """
    if connection.vendor == "postgresql":
        kind = "" if clearing else "_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{kind}(hashtextextended(%s, 0))", [_TURN])
