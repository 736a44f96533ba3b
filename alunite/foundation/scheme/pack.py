"""A scheme pack in memory: immutable, found by id, label or alias, with one digest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import Field

from alunite.foundation.core.canonical import digest
from alunite.foundation.core.judgement import THIRD_PARTY
from alunite.foundation.core.text import fold
from alunite.foundation.scheme.models import (
    Activity,
    AssessmentsFile,
    Event,
    Family,
    Indicator,
    Level,
    MemberClass,
    MembershipFile,
    Milestone,
    Named,
    Rating,
    RecognitionFile,
    Record,
    Remark,
    Scheme,
    Source,
    Standard,
    StandardMapping,
    StandardReleases,
    Transition,
    Version,
    VersionChange,
)
from alunite.foundation.scheme.values import FORMAT

N = TypeVar("N", bound=Named)

# What is published of a pack beside the scheme itself, its standards and their mappings.
VOCABULARY = (
    "activities",
    "classes",
    "families",
    "versions",
    "version_changes",
    "milestones",
    "levels",
    "events",
    "ratings",
    "indicators",
)


@lru_cache(maxsize=8192)
def name_key(text: str) -> str:
    """Return what a name is compared by: case, accents and spaces do not count.

    >>> name_key(" Café  Crème ") == name_key("cafecreme")
    True
    """
    return fold(text).replace(" ", "")


class Pack(Record):
    """A checked scheme pack. Every record carries trust, origin and the addresses of its sources.

    Make one with `loader.load_pack` or, from what `document` wrote, with `from_document`.
    """

    format: int = FORMAT
    scheme: Scheme
    sources: tuple[Source, ...] = ()
    activities: tuple[Activity, ...]
    classes: tuple[MemberClass, ...]
    families: tuple[Family, ...]
    versions: tuple[Version, ...]
    version_changes: tuple[VersionChange, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    levels: tuple[Level, ...]
    events: tuple[Event, ...]
    ratings: tuple[Rating, ...]
    indicators: tuple[Indicator, ...] = ()
    transitions: tuple[Transition, ...]
    certificate_remarks: tuple[Remark, ...] = ()
    standards: tuple[Standard, ...] = Field(default=())
    mappings: tuple[StandardMapping, ...] = ()
    releases: tuple[StandardReleases, ...] = ()
    assessments: AssessmentsFile | None = None
    membership: MembershipFile | None = None
    recognition: RecognitionFile | None = None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Pack:
        """Read what `document` wrote.

        Raises
        ------
        pydantic.ValidationError
            If it is not such a document.
        """
        return cls.model_validate(document)

    def document(self) -> dict[str, Any]:
        """Return the whole pack as JSON-ready data; fields left at their default are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical document, 64 hexadecimal digits."""
        return digest(self.document())

    @cached_property
    def owners_sites(self) -> frozenset[str]:
        """Hosts on which the owner of the scheme speaks: those of the sources that bear its origin."""
        files: tuple[Standard | StandardMapping, ...] = (*self.standards, *self.mappings)
        cited = [*self.sources, *(source for file in files for source in file.sources)]
        return frozenset(urlsplit(source.url).hostname or "" for source in cited if source.origin == self.scheme.id)

    def origin_of(self, address: str) -> str:
        """Return who speaks at an address: the scheme's own id for its owner, else ``third_party``."""
        return self.scheme.id if (urlsplit(address).hostname or "") in self.owners_sites else THIRD_PARTY

    def standard(self, version_id: str) -> Standard | None:
        """Return the criteria of a version, or None where the pack has none."""
        return next((standard for standard in self.standards if standard.id == version_id), None)

    def version(self, version_id: str) -> Version | None:
        """Return the version with that id, or None."""
        return next((version for version in self.versions if version.id == version_id), None)

    def versions_of(self, family: str) -> tuple[Version, ...]:
        """Return the versions of a family (by its id), oldest first."""
        return tuple(version for version in self.versions if version.family == family)

    def transitions_from(self, state: str) -> tuple[Transition, ...]:
        """Return the changes of state a certificate in `state` may go through."""
        return tuple(transition for transition in self.transitions if state in transition.from_states)

    def find_activity(self, text: str) -> Activity | None:
        """Return the activity of that id, label or alias, or None."""
        return self._find("activities", self.activities, text)

    def find_class(self, text: str) -> MemberClass | None:
        """Return the member class of that id, label or alias, or None."""
        return self._find("classes", self.classes, text)

    def find_family(self, text: str) -> Family | None:
        """Return the standard family of that id, label or alias, or None."""
        return self._find("families", self.families, text)

    def find_version(self, family: str | Family, text: str) -> Version | None:
        """Return the version of that id, label or alias within one family (itself found by any name), or None."""
        found = family if isinstance(family, Family) else self.find_family(family)
        return self._find(f"versions of {found.id}", self.versions_of(found.id), text) if found else None

    def find_level(self, text: str) -> Level | None:
        """Return the certificate level of that id, label or alias, or None."""
        return self._find("levels", self.levels, text)

    def find_event(self, text: str) -> Event | None:
        """Return the certification event of that id, label or alias, or None."""
        return self._find("events", self.events, text)

    def find_rating(self, text: str) -> Rating | None:
        """Return the rating word of that id, label or alias, or None."""
        return self._find("ratings", self.ratings, text)

    def find_indicator(self, text: str) -> Indicator | None:
        """Return the indicator of that id, label or alias, or None."""
        return self._find("indicators", self.indicators, text)

    def _find(self, group: str, items: tuple[N, ...], text: str) -> N | None:
        known: dict[str, N] | None = self._names.get(group)
        if known is None:
            known = self._names[group] = _by_name(items)
        return known.get(name_key(text))

    @cached_property
    def _names(self) -> dict[str, dict[str, Any]]:
        """Things by their names, group by group, as each was first asked for: an import asks for some in every row."""
        return {}

    @cached_property
    def labels(self) -> Mapping[str, tuple[str, ...]]:
        """Labels by group (activities, classes, families, versions, levels, events, ratings), for messages."""
        groups: dict[str, tuple[Named, ...]] = {
            "activities": self.activities,
            "classes": self.classes,
            "families": self.families,
            "versions": self.versions,
            "levels": self.levels,
            "events": self.events,
            "ratings": self.ratings,
        }
        return MappingProxyType({group: tuple(item.label for item in items) for group, items in groups.items()})


def _by_name(items: tuple[N, ...]) -> dict[str, N]:
    """Return things by what each of their names is compared by; of two of one name, the first."""
    found: dict[str, N] = {}
    for item in items:
        for name in names_of(item):
            found.setdefault(name_key(name), item)
    return found


def names_of(item: Named) -> tuple[str, ...]:
    """Return every name a thing is found by: id, label, aliases."""
    return (item.id, item.label, *item.aliases)
