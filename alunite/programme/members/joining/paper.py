"""An invoice on paper: typst makes it of a design and of values, never of words put together."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import typst

FAMILIES = ("fontpkg_inter", "fontpkg_source_serif_4")
# The compiler keeps what it has read, and is not made for two at once.
_one_at_a_time = Lock()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    # The machine's letters too: names are written in scripts ours do not have.
    return typst.Compiler(font_paths=[str(files(family) / "files") for family in FAMILIES])


@lru_cache(maxsize=1)
def _design() -> bytes:
    return (Path(__file__).parent / "invoice.typ").read_bytes()


def invoice_pdf(shown: dict[str, Any]) -> bytes:
    """Return an invoice as PDF, archivable (PDF/A-3a) and accessible (PDF/UA-1)."""
    with _one_at_a_time:
        made = _compiler().compile(
            _design(), format="pdf", sys_inputs={"d": json.dumps(shown)}, pdf_standards=["ua-1", "a-3a"]
        )
    assert isinstance(made, bytes)
    return made
