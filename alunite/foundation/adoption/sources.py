"""What every publication of a stated fact says of where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alunite.foundation.publications.kinds import UNKNOWN, Payload, said
from alunite.foundation.scheme.pack import Pack


class Sourced(Payload):
    """The page a fact was taken from, who speaks there, and on what terms it may be used."""

    source_url: str = said("Address of the page it was read on.")
    origin: str = said("Who speaks there: the id of the scheme for its owner, or third_party.")
    licence: str = said("Licence of the row.", unknown="Its source names none.")
    attribution: str = said("Who is to be named when the row is used.", unknown="Its source asks for no name.")


def sourced(values: Mapping[str, Any], pack: Pack) -> dict[str, str]:
    """Return the part of a payload that tells of its source, from the values of a statement."""
    return {
        "source_url": values["source_url"],
        "origin": pack.origin_of(values["source_url"]),
        "licence": values["licence"] or UNKNOWN,
        "attribution": values["attribution"] or UNKNOWN,
    }
