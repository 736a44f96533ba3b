"""Whether the process lives, and whether it can do its work: for a service manager and a proxy to ask.

`/healthz` touches nothing. `/readyz` says which part is missing, in words that hold no value of the installation.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alunite.config.migrating import migration_state
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.keys.installation import InstallationError
from alunite.foundation.keys.signing import CannotSign, sign

WELL = "ok"
NOT_ASKED = "not asked, because the database does not answer"
# Below this an import or a checkpoint may find no room half way.
LEAST_FREE_BYTES = 100_000_000


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001, Django's signature
    """Say that the process answers."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say whether every part is there, and which is not."""
    said = readiness()
    is_ready = all(word == WELL for word in said.values())
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": is_ready, "checks": said}, status=status)


def readiness() -> dict[str, str]:
    """Return a word for each part: `ok`, or what is missing."""
    said = {"database": _database()}
    for name, ask in (("migrations", _migrations), ("scheme", _scheme), ("keys", _keys)):
        said[name] = _asked(ask) if said["database"] == WELL else NOT_ASKED
    said["disk"] = _disk()
    return said


def _asked(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except DatabaseError:
        return "cannot be read from the database"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return WELL


def _migrations() -> str:
    state = migration_state()
    if state.missing:
        return f"{len(state.missing)} missing: run alunite init"
    return f"{len(state.unknown)} of a later version" if state.unknown else WELL


def _scheme() -> str:
    return WELL if AdoptedPack.objects.exists() else "none in force: run alunite init"


def _keys() -> str:
    try:
        sign(b"alunite")
    except (CannotSign, InstallationError):
        return "nothing can be signed: alunite doctor says why"
    return WELL


def _disk() -> str:
    home: Path = settings.ALUNITE_HOME
    try:
        free = shutil.disk_usage(home).free
    except OSError:
        return "the data folder cannot be reached"
    return WELL if free >= LEAST_FREE_BYTES else "nearly full"
