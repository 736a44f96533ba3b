"""Which publications count and which day is asked for: the two clocks of every answer, in one query."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from alunite.foundation.publications.models import PublicationPayload
from alunite.foundation.publications.opendata import Clocks
from alunite.foundation.publications.queries import published_by
from alunite.front.register.site import Site

# The sum keeps PostgreSQL from walking all publications backwards in search of the one of a scheme.
_NOW = (
    "SELECT (SELECT max(id) FROM publication), (SELECT max(id + 0) FROM publication WHERE kind = 'scheme'),"
    " (SELECT count(*) FROM publication_redaction)"
)


@dataclass(frozen=True, slots=True)
class Now:
    """How things stand while a request is answered: the last publication, how many were redacted, and the site."""

    publication: int
    site: Site
    redactions: int = 0

    @property
    def last_day(self) -> date:
        """The last day to ask for what was published by then: of a day to come nobody can say it."""
        return self.site.day_of(timezone.now())


def now() -> Now:
    """Return how things stand. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        last, scheme, redactions = cursor.fetchone()
    return Now(int(last or 0), site_said_by(int(scheme or 0)), int(redactions))


@lru_cache(maxsize=8)
def site_said_by(publication: int) -> Site:
    """Return the scheme's vocabulary, kept per process under the publication that says it."""
    text = PublicationPayload.objects.filter(pk=publication).values_list("payload", flat=True).first()
    return Site(json.loads(text) if text else {}, publication=publication)


def clocks_for(on: date | None, as_of: date | None, standing: Now | None = None) -> Clocks:
    """Return the clocks of a question. No query but one for `as_of`, and one to know how things stand."""
    standing = standing or now()
    publication = standing.publication if as_of is None else published_by(as_of, standing.site.zone)
    return Clocks(publication, on or standing.site.today, as_of, standing.redactions)
