"""Adopting a scheme pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.adoption.rules import may_follow
from alunite.foundation.core.judgement import Reason
from alunite.foundation.history.actions import record
from alunite.foundation.importing.actions import one_import_at_a_time
from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.pack import Pack


class CannotFollow(ValueError):
    """The pack cannot follow the one in force; `reasons` say why."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__("; ".join(reason.text for reason in reasons))
        self.reasons = reasons


@policy("schemes.adopt", says="Only the operator, at the command line, may adopt a scheme pack.")
def _may_adopt(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


def adopt_pack(directory: Path, *, actor: Actor) -> tuple[AdoptedPack, bool]:
    """Read, check and adopt the pack in `directory`; the room of standards reacts by publishing it.

    Returns the pack in force and whether this call changed it.

    Raises
    ------
    PackError
        With every fault of the folder.
    CannotFollow
        With every reason why it cannot follow the one in force.
    """
    require(actor, "schemes.adopt")
    pack = load_pack(directory)
    with transaction.atomic():
        # What records say is published anew below: not from rows that an import is just restating.
        one_import_at_a_time()
        held = AdoptedPack.objects.select_for_update().order_by("-pk").first()
        if held is not None and held.digest == pack.digest:
            return held, False
        reasons = may_follow(Pack.from_document(held.document), pack) if held is not None else ()
        if reasons:
            raise CannotFollow(reasons)
        adopted = AdoptedPack.objects.create(
            scheme=pack.scheme.id, digest=pack.digest, document=pack.document(), adopted_at=timezone.now()
        )
        record(
            "scheme.adopted",
            record_type="scheme",
            record_id=pack.scheme.id,
            payload={"digest": pack.digest},
            actor=actor.label,
        )
    return adopted, True
