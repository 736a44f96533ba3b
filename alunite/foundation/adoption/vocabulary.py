"""Cells whose words are the scheme's: each is read by id, label or alias and returned as its id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alunite.foundation.importing.cells import CellFault
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.scheme.pack import Pack


def _reader(
    what: str, find: Callable[[Pack, str], Any], among: Callable[[Pack], Sequence[Any]]
) -> Callable[[str, Pack], str]:
    def read(text: str, pack: Pack) -> str:
        found = find(pack, text)
        if found is None:
            raise CellFault(f"one of: {', '.join(item.label for item in among(pack))}; or nothing")
        identifier: str = found.id
        return identifier

    read.__doc__ = f"{what} of the scheme, by its id, label or alias."
    return read


activity = _reader("An activity", lambda pack, text: pack.find_activity(text), lambda pack: pack.activities)
membership_class = _reader("A class of membership", lambda pack, text: pack.find_class(text), lambda pack: pack.classes)
level = _reader("A level of certificate", lambda pack, text: pack.find_level(text), lambda pack: pack.levels)
event = _reader("A certification event", lambda pack, text: pack.find_event(text), lambda pack: pack.events)


def family(text: str, pack: Pack) -> str:
    """A family of standards of the scheme, by its id, label or alias."""
    found = pack.find_family(text)
    if found is None:
        raise CellFault(f"one of: {', '.join(item.label for item in pack.families)}")
    return found.id


def check_version(values: Mapping[str, Any], pack: Pack) -> Iterable[tuple[str, str]]:
    """Yield the fault of a row whose standard has no version of the name it prints."""
    version = values.get("standard_version")
    expected = version_fault(values.get("standard") or None, version, pack) if version else None
    if expected:
        yield "standard_version", expected


def version_fault(family_id: str | None, text: str, pack: Pack) -> str | None:
    """Return what was expected when `text` names no version of the family, else None.

    When the family itself is at fault (`None`), a version of any family will do: one fault is reported once.
    """
    families = [item for item in pack.families if family_id in (None, item.id)]
    if any(pack.find_version(item.id, text) for item in families):
        return None
    return (
        f"one of: {', '.join(version.label for item in families for version in pack.versions_of(item.id))}; or nothing"
    )


@dataclass(frozen=True, slots=True)
class OpenWord:
    """A word of an open vocabulary: the scheme's id where it is one of the scheme's, and what was printed, always."""

    id: str
    printed: str


def open_activity(text: str, pack: Pack) -> OpenWord:
    """An activity: of the scheme by its id, label or alias, or any other; kept as printed."""
    found = pack.find_activity(text)
    return OpenWord(found.id if found else UNKNOWN, text)


def open_rating(text: str, pack: Pack) -> OpenWord:
    """A rating: of the scheme by its id, label or alias, or any other; kept as printed."""
    found = pack.find_rating(text)
    return OpenWord(found.id if found else UNKNOWN, text)


def printed_version(text: str, _pack: Pack) -> str:
    """A version of that family, by its id, label or alias; kept as printed."""
    return text


def version_id(values: Mapping[str, Any], pack: Pack) -> str:
    """Return the id of the version a row prints within its family, or `unknown`."""
    printed = values["standard_version"]
    found = pack.find_version(values["standard"], printed) if printed else None
    return found.id if found else UNKNOWN
