"""Numbers for a monitoring system, in OpenMetrics text.

Requests are counted in the process that answered them, and each such series carries that process' number: a scrape
shows the process that happened to answer it. What is read from the database is the same from every process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from alunite.foundation.core.operation import Gauge, gauges
from alunite.foundation.history.queries import newest_checkpoint, unsealed_count
from alunite.foundation.messages.models import MailState, OutgoingMail
from alunite.foundation.publications.models import Publication

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via")
SECONDS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 10)


def _seconds_since_seal() -> float | None:
    newest = newest_checkpoint()
    return (timezone.now() - newest.at).total_seconds() if newest else None


def _waiting_mail() -> int:
    return OutgoingMail.objects.filter(state=MailState.WAITING).count()


OURS = (
    Gauge("alunite_outbox_waiting", "Letters not sent yet.", _waiting_mail),
    Gauge("alunite_publications", "Publications made so far.", Publication.objects.count),
    Gauge("alunite_unsealed_entries", "Entries of history that no checkpoint covers yet.", unsealed_count),
    Gauge("alunite_last_seal_age_seconds", "Time since the newest checkpoint.", _seconds_since_seal),
)


class Requests:
    """What one process counted of requests, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.answered = Counter(
            "alunite_requests",
            "Requests answered.",
            ("process", "method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "alunite_request_seconds",
            "Time from a request to its answer.",
            ("process", "route"),
            buckets=SECONDS,
            unit="seconds",
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(RoomGauges())


class RoomGauges(Collector):
    """The numbers rooms give, read when they are asked for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield those there is something to say of."""
        for each in (*OURS, *gauges()):
            value = each.read()
            if value is not None:
                yield GaugeMetricFamily(each.name, each.says, value=value)

    def describe(self) -> list[GaugeMetricFamily]:
        """Name nothing: what there is to say is known only when asked."""
        return []


# What this process counted; a test puts its own in this place.
counted = Requests()


def observe(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count a request."""
    process = str(os.getpid())
    counted.answered.labels(process, method, route, str(status)).inc()
    counted.seconds.labels(process, route).observe(seconds)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Show the numbers to whom the configuration says, and nothing at all to anybody else."""
    if not may_see(request):
        raise Http404
    text: bytes = generate_latest(counted.registry)  # type: ignore[no-untyped-call]
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def may_see(request: HttpRequest) -> bool:
    """Tell whether the request carries the token; where none is set, whether it comes from this machine itself."""
    token: str = settings.ALUNITE_METRICS_TOKEN
    if token:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")
    # Through a proxy everybody comes from this machine.
    through_a_proxy = any(name in request.headers for name in PROXY_HEADERS)
    return not through_a_proxy and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}
