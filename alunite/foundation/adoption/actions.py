"""Adopting a scheme pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.history.actions import record
from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.pack import Pack


class OtherScheme(ValueError):
    """This installation runs another scheme already."""


class ReleasedVersionChanged(ValueError):
    """A released version of a standard differs from the one adopted before; it can only be superseded."""


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
    OtherScheme, ReleasedVersionChanged
        If the pack cannot follow the one in force.
    """
    require(actor, "schemes.adopt")
    pack = load_pack(directory)
    with transaction.atomic():
        held = AdoptedPack.objects.select_for_update().order_by("-pk").first()
        if held is not None and held.digest == pack.digest:
            return held, False
        if held is not None and held.scheme != pack.scheme.id:
            raise OtherScheme(f"this installation runs the scheme {held.scheme!r}, the folder holds {pack.scheme.id!r}")
        if held is not None:
            _refuse_changed_releases(Pack.from_document(held.document), pack)
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


def _refuse_changed_releases(before: Pack, after: Pack) -> None:
    """A release that was adopted is frozen: the same number must still bear the same hash, and none may vanish."""
    seals = {(item.standard, release.number): release.sha256 for item in after.releases for release in item.releases}
    changed = [
        f"{item.standard} release {release.number}"
        for item in before.releases
        for release in item.releases
        if seals.get((item.standard, release.number)) != release.sha256
    ]
    if changed:
        raise ReleasedVersionChanged(
            f"released and frozen, yet changed or gone: {', '.join(changed)}; supersede it by a new release"
        )
