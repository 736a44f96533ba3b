"""What every page knows of the site: the scheme's vocabulary as published, and today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.queries import zone_of
from alunite.front.register.languages import locale
from alunite.front.register.models import NOW, Record


@dataclass(frozen=True)
class Site:
    """The scheme's vocabulary, read from its publication; empty before a scheme is adopted.

    `query` is what a link to another page of the register ends in, so that both clocks stay as they are; `publication`
    is the one the vocabulary was published by, 0 before there is one.
    """

    vocabulary: Mapping[str, Any]
    query: str = ""
    publication: int = 0

    @property
    def scheme(self) -> Mapping[str, Any]:
        """Id, name, owner and notice of the scheme."""
        found: Mapping[str, Any] = self.vocabulary.get("scheme", {})
        return found

    @property
    def notice(self) -> str:
        """The sentence for the band at the head of pages, in the language of the page where the pack has it."""
        said: str = self.scheme.get("notice", "")
        return str(self.scheme.get("notice_translations", {}).get(locale(), said))

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """Label of each id, by group, in the language of the page where the scheme pack has it."""
        groups = ("activities", "classes", "families", "versions", "levels", "events", "ratings", "indicators")
        return {name: {item["id"]: _label(item) for item in self.vocabulary.get(name, [])} for name in groups}

    @cached_property
    def marks(self) -> dict[str, str]:
        """Mark of each level."""
        return {item["id"]: item["mark"] for item in self.vocabulary.get("levels", [])}

    def label(self, group: str, identifier: str) -> str:
        """Return the label of an id; what is unknown is the word for it."""
        return gettext("unknown") if identifier == UNKNOWN else self.labels[group].get(identifier, identifier)

    def standard_name(self, said: Mapping[str, Any], version: str) -> str:
        """Return what a version of a standard is called, in the language of the page where both its words are there."""
        family, label = self.labels["families"].get(said.get("family", "")), self.labels["versions"].get(version)
        return f"{family} {label}" if family and label else str(said.get("name", version))

    def mapping_name(self, said: Mapping[str, Any]) -> str:
        """Return what a mapping between versions is called, in the language of the page where all its words are there."""
        versions = self.labels["versions"]
        family = self.labels["families"].get(said.get("family", ""))
        before, after = (versions.get(said.get(which, "")) for which in ("before", "after"))
        if not (family and before and after):
            return str(said.get("name", ""))
        told = {"family": family, "before": before, "after": after}
        return gettext("%(family)s, %(before)s to %(after)s") % told

    @property
    def zone(self) -> ZoneInfo:
        """The zone the scheme's days are days of."""
        return zone_of(self.scheme)

    @property
    def today(self) -> date:
        """Today in the scheme's zone; `ALUNITE_TODAY` for demo and tests."""
        if settings.ALUNITE_TODAY:
            fixed: date = settings.ALUNITE_TODAY
            return fixed
        return self.day_of(timezone.now())

    def day_of(self, instant: datetime) -> date:
        """Return the day an instant falls on in the scheme's zone."""
        return instant.astimezone(self.zone).date()


def _label(item: Mapping[str, Any]) -> str:
    translated: str = item.get("translations", {}).get(locale(), item["label"])
    return translated


def site_of(request: HttpRequest) -> Site:
    """Return the site as it is now, read once a request. One query."""
    site: Site | None = getattr(request, "site", None)
    if site is None:
        shown = Record.objects.filter(NOW, kind="scheme").order_by("-publication")
        publication, vocabulary = shown.values_list("publication", "payload").first() or (0, None)
        site = Site(vocabulary or {}, publication=publication)
        request.site = site  # type: ignore[assignment]  # of ours, not of django.contrib.sites
    return site


def is_unknown(value: object) -> bool:
    """Tell whether a published value is the word for unknown."""
    return value in (None, "", UNKNOWN)
