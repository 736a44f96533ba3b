"""The open data as schema.org has it, for search engines of data sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alunite.foundation.publications.opendata import ROWS_STATEMENT, Clocks
from alunite.front.register.site import Site

MEDIA = {"csv": "text/csv", "json": "application/json"}


def dataset(origin: str, kinds: Sequence[dict[str, Any]], site: Site, clocks: Clocks) -> dict[str, Any]:
    """Return the catalogue of what can be taken away: one data set a kind, each with its files and columns."""
    name = str(site.scheme.get("name") or "Alunite")
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "@id": f"{origin}/data/",
        "url": f"{origin}/data/",
        "name": f"{name}: open data",
        "description": "What the register has published, by kind of record.",
        "dataset": [_one(origin, kind, name, clocks) for kind in kinds],
    }


def _one(origin: str, kind: dict[str, Any], name: str, clocks: Clocks) -> dict[str, Any]:
    return {
        "@type": "Dataset",
        "@id": f"{origin}/data/#{kind['file']}",
        "name": f"{name}: {kind['title']}",
        "description": f"{kind['about']} {ROWS_STATEMENT}",
        "isAccessibleForFree": True,
        "version": str(clocks.publication),
        "usageInfo": f"{origin}/data/",
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column["name"], "description": column["meaning"]}
            for column in kind["columns"]
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": media,
                "contentUrl": f"{origin}/data/{kind['file']}.{form}",
            }
            for form, media in MEDIA.items()
        ],
    }
