"""Citations to addresses, trust words to trust, and from both the origin. Works on a file's plain data.

A record that cites nothing itself takes the citations of the record around it. What is known or designed is ours;
what was read is the scheme's own only if every page cited is: mixed evidence takes the lowest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from alunite.foundation.core.judgement import OURS, THIRD_PARTY, Trust, lowest_origin
from alunite.foundation.scheme.reading import PackFile, Place
from alunite.foundation.scheme.values import TRUST_WORDS

SEEN = (Trust.READ, Trust.CUT)


def origin_of(trust: Trust, source_origins: Iterable[str]) -> str:
    """Return whose a value is.

    Parameters
    ----------
    trust : Trust
        How well it is known.
    source_origins : iterable of str
        Origins of the pages it cites.

    >>> origin_of(Trust.READ, ["tea", "third_party"])
    'third_party'
    >>> origin_of(Trust.KNOWN, ["tea"])
    'ours'
    """
    if trust not in SEEN:
        return OURS
    return lowest_origin(source_origins)


def _stated(data: Any) -> Iterator[tuple[Place, dict[str, Any], list[str], bool]]:
    """Yield every record with a trust word: place, record, the ids it cites, and whether it cites them itself."""
    stack: list[tuple[Place, Any, list[str]]] = [((), data, [])]
    while stack:
        place, node, around = stack.pop()
        cited = around
        if isinstance(node, dict):
            own = node.get("sources")
            is_own = isinstance(own, list) and all(isinstance(one, str) for one in own) and place != ()
            if is_own:
                cited = list(own or [])
            if isinstance(node.get("trust"), str):
                yield place, node, cited, is_own
            stack.extend(((*place, key), child, cited) for key, child in node.items())
        elif isinstance(node, list):
            stack.extend(((*place, index), child, cited) for index, child in enumerate(node))


def _registry(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the file's sources by id."""
    sources = data.get("sources")
    if not isinstance(sources, list):
        return {}
    return {str(source["id"]): source for source in sources if isinstance(source, dict) and "id" in source}


def check_provenance(file: PackFile, scheme_id: str | None) -> None:
    """Note doubled and unknown sources, what was read without a source, and origins that cannot be."""
    if not file.is_read:
        return
    registry = _registry(file.data)
    _check_sources(file, scheme_id)
    for place, record, cited, is_own in _stated(file.data):
        if is_own:
            for index, one in enumerate(cited):
                if one not in registry:
                    file.fault((*place, "sources", index), "the id of a source in this file's sources")
                elif one in cited[:index]:
                    file.fault((*place, "sources", index), "each source once")
        trust = TRUST_WORDS.get(record["trust"])
        if trust in SEEN and not cited:
            file.fault((*place, "trust"), "a source, because it says that someone read it")
        if trust is None or scheme_id is None or not isinstance(record.get("origin"), str):
            continue
        derived = origin_of(trust, [str(registry[one].get("origin")) for one in cited if one in registry])
        if record["origin"] != derived:
            file.fault((*place, "origin"), f"{derived}, which follows from trust and sources, or nothing")


def _check_sources(file: PackFile, scheme_id: str | None) -> None:
    seen: set[str] = set()
    sources = file.data.get("sources")
    for index, source in enumerate(sources if isinstance(sources, list) else ()):
        if not isinstance(source, dict):
            continue
        name = source.get("id")
        if isinstance(name, str) and name in seen:
            file.fault(("sources", index, "id"), "an id no other source has")
        seen.add(str(name))
        origin = source.get("origin")
        if scheme_id is not None and isinstance(origin, str) and origin not in {scheme_id, THIRD_PARTY, OURS}:
            file.fault(("sources", index, "origin"), f"one of {scheme_id}, {THIRD_PARTY}, {OURS}")


def resolved(data: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a checked file's data with addresses for citations, and with trust and origin filled in.

    Pages of the lowest origin come first, so that the first address of a value is one that origin speaks of.
    """
    registry = _registry(data)

    def copy(node: Any, around: list[str], *, is_root: bool = False) -> Any:
        if isinstance(node, list):
            return [copy(child, around) for child in node]
        if not isinstance(node, dict):
            return node
        own = node.get("sources")
        cited = around if is_root or own is None else own
        result = {key: copy(child, cited) for key, child in node.items() if is_root or key != "sources"}
        if "trust" in node:
            trust = TRUST_WORDS[node["trust"]]
            origin = origin_of(trust, [registry[one]["origin"] for one in cited])
            first = sorted(cited, key=lambda one: registry[one]["origin"] != origin)
            result |= {"trust": str(trust), "origin": origin, "sources": [registry[one]["url"] for one in first]}
        return result

    document: dict[str, Any] = copy(data, [], is_root=True)
    return document
