"""How often what is published may be asked for in a minute: counted per client, by each process for itself."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from alunite.foundation.accounts.addresses import counted_address

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a client may still ask in this minute."""

    limit: int
    used: int
    reset: int

    def headers(self) -> dict[str, str]:
        """Return what the client is told of it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(self.reset),
        }

    @property
    def is_spent(self) -> bool:
        """Tell whether this request is one too many."""
        return self.used > self.limit


def allowance(request: HttpRequest) -> Allowance | None:
    """Count a request; None where the operator set no limit.

    Counted per client address and clock minute in Django's cache, which every worker has for itself.
    """
    limit = settings.ALUNITE_API_REQUESTS_A_MINUTE
    if not limit:
        return None
    at = int(time.time())
    key = f"api:{counted_address(request)}:{at // MINUTE}"
    used = 1 if cache.add(key, 1, MINUTE) else _one_more(key)
    return Allowance(limit, used, MINUTE - at % MINUTE)


def _one_more(key: str) -> int:
    try:
        return int(cache.incr(key))
    except ValueError:  # it went out of the cache between the two
        cache.set(key, 1, MINUTE)
        return 1
