"""The scheme in force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.scheme.pack import Pack


class NoScheme(LookupError):
    """No scheme pack has been adopted yet; `alunite init` does."""


_asked: ContextVar[list[Pack] | None] = ContextVar("_asked", default=None)


@contextmanager
def one_scheme() -> Iterator[None]:
    """Ask once which pack is in force: whatever asks within goes by one answer, of many rooms too."""
    if _asked.get() is not None:
        yield
        return
    token = _asked.set([])
    try:
        yield
    finally:
        _asked.reset(token)


def current_pack() -> Pack:
    """Return the pack in force. One query; the pack itself is kept per process under its digest."""
    asked = _asked.get()
    if asked:
        return asked[0]
    found = _newest_pack()
    if asked is not None:
        asked.append(found)
    return found


def _newest_pack() -> Pack:
    digest = AdoptedPack.objects.order_by("-pk").values_list("digest", flat=True).first()
    if digest is None:
        raise NoScheme("no scheme has been adopted; run: alunite init")
    return pack_of(digest)


def scheme_zone() -> ZoneInfo:
    """Return the zone whose days the scheme in force counts in; UTC where none is in force. One query."""
    try:
        return ZoneInfo(current_pack().scheme.time_zone)
    except NoScheme:
        return ZoneInfo("UTC")


def today_in(zone: ZoneInfo) -> date:
    """Return today in a zone; `ALUNITE_TODAY` for demo and tests only."""
    fixed: date | None = settings.ALUNITE_TODAY
    return fixed or timezone.localdate(timezone=zone)


def scheme_today() -> date:
    """Return today in the zone of the scheme in force. One query."""
    return today_in(scheme_zone())


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
