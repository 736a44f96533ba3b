"""The two clocks of every public page: the day whose state is shown, and the day by which it had been published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from alunite.foundation.publications.queries import first_published, published_by
from alunite.front.register import queries
from alunite.front.register.site import Site, site_of

ON, AS_OF, AFTER = "on", "as_of", "after"
# What changes nothing of what a page says: the order of its lines, and where a link to it was set.
UNKNOWN_TO_SEARCH = ("sort",)
CAMPAIGN = "utm_"


@dataclass(frozen=True)
class Clocks:
    """What a page is asked for on either clock.

    Parameters
    ----------
    on : date or None
        The day whose state is shown; None for today.
    as_of : date or None
        The day by whose end it had been published; None for what is published now.
    at : int or None
        The last publication made by then, 0 when there was none; None for now.
    today : date
        Today in the scheme's zone.
    begun : datetime or None
        When the first publication of all was made; only looked up when there was none by then.
    path : str
        Path of the page.
    parameters : QueryDict
        All that the page was asked for.
    """

    on: date | None
    as_of: date | None
    at: int | None
    today: date
    begun: datetime | None
    path: str
    parameters: QueryDict

    @property
    def day(self) -> date:
        """The day whose state is shown."""
        return self.on or self.today

    @property
    def is_before_first(self) -> bool:
        """Whether nothing at all had been published by then."""
        return self.at == 0

    @cached_property
    def query(self) -> str:
        """What a link to another page ends in, so that both clocks stay as they are; empty when neither is set."""
        asked = {name: day.isoformat() for name, day in ((ON, self.on), (AS_OF, self.as_of)) if day}
        return f"?{urlencode(asked)}" if asked else ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The other parameters, which a form for the clocks has to carry along; none that a page cannot hold."""
        given = ((name, value) for name, values in self._without(ON, AS_OF).lists() for value in values)
        return [(name, value) for name, value in given if "\0" not in name + value]

    @property
    def without_on(self) -> str:
        """Address of the same page for the state today."""
        return f"{self.path}?{self._without(ON).urlencode()}".removesuffix("?")

    @property
    def without_as_of(self) -> str:
        """Address of the same page as published now."""
        return f"{self.path}?{self._without(AS_OF).urlencode()}".removesuffix("?")

    @property
    def canonical(self) -> str:
        """Address of the same page without clocks, order and where its reader came from: the one that search engines should know."""
        kept = self._without(ON, AS_OF, *UNKNOWN_TO_SEARCH)
        for name, values in list(kept.lists()):
            if name.startswith(CAMPAIGN) or not any(value.strip() for value in values):
                kept.pop(name)
        return f"{self.path}?{kept.urlencode()}".removesuffix("?")

    @property
    def is_search(self) -> bool:
        """Whether words were searched for: there is no end of such pages."""
        return bool(self.parameters.get("q", "").strip())

    @property
    def newest(self) -> str:
        """Address of the first page of the same list."""
        return f"{self.path}?{self._without().urlencode()}".removesuffix("?")

    def _without(self, *names: str) -> QueryDict:
        kept = self.parameters.copy()
        for name in (*names, AFTER):  # a later page belongs to the clocks it was begun with
            kept.pop(name, None)
        return kept


def clocks_of(request: HttpRequest, on: date | None, as_of: date | None) -> Clocks:
    """Return the clocks of a request. No query without `as_of`, one with it, two when nothing was published by then."""
    site = site_of(request)
    at = published_by(as_of, site.zone) if as_of else None
    begun = first_published() if at == 0 else None
    clocks = Clocks(on, as_of, at, site.today, begun, request.path, request.GET)
    request.clocks = clocks  # type: ignore[attr-defined]  # for the frame of the page
    return clocks


def site_at(request: HttpRequest, clocks: Clocks) -> Site:
    """Return the site with the vocabulary as it was published by then, and links that keep the clocks.

    Before a scheme was published its words are those of now. One query where the words of now were published later.
    """
    site = site_of(request)
    told = queries.records("scheme", clocks.at) if clocks.at and clocks.at < site.publication else []
    if told and told[-1].payload:
        site = replace(site, vocabulary=told[-1].payload, publication=told[-1].publication)
    return replace(site, query=clocks.query)
