"""The scheme in force."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.scheme.pack import Pack


class NoScheme(LookupError):
    """No scheme pack has been adopted yet; `alunite init` does."""


def current_pack() -> Pack:
    """Return the pack in force. One query; the pack itself is kept per process under its digest."""
    digest = AdoptedPack.objects.order_by("-pk").values_list("digest", flat=True).first()
    if digest is None:
        raise NoScheme("no scheme has been adopted; run: alunite init")
    return pack_of(digest)


def pack_by(at: datetime | None) -> Pack:
    """Return the pack that was in force at an instant; `NoScheme` where there was none. One query."""
    found = AdoptedPack.objects.filter(adopted_at__lte=at) if at else AdoptedPack.objects.none()
    digest = found.order_by("-pk").values_list("digest", flat=True).first()
    if digest is None:
        raise NoScheme("no scheme had been adopted by then")
    return pack_of(digest)


@lru_cache(maxsize=8)
def pack_of(digest: str) -> Pack:
    """Return the adopted pack of that digest; `IndexError` if there is none."""
    return Pack.from_document(AdoptedPack.objects.filter(digest=digest).values_list("document", flat=True)[0])
