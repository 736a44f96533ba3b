"""The card a link bears where it is shared: a picture with the name, the state and the day. No query, no rule, only words and order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any, cast

import typst
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

from alunite.foundation.core.timeline import Timeline
from alunite.front.register.models import Record
from alunite.front.register.present.records import page
from alunite.front.register.present.words import countries
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day

WIDTH, HEIGHT = 1200, 630
# A longer name would be written too small to be read.
LONGEST_NAME = 160
LONGEST_LINE = 70
# A word longer than this may be broken anywhere: it would not fit into a line.
LONGEST_WORD = 24
FAMILIES = ("fontpkg_inter", "fontpkg_source_serif_4")
VEIN, STONE, INK = "#A64B34", "#514A42", "#1C1916"
SPACES = re.compile(r"\s+")
# One after another: the compiler keeps what it has read, and is not made for two at once. Only so many wait for their
# turn: each who waits holds a thread that could answer a reader of pages.
MOST_AT_ONCE = 4
_turn = Lock()
_places = BoundedSemaphore(MOST_AT_ONCE)


class Busy(Exception):
    """As many wait for a picture as may."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says; a text that is empty is left out."""

    register: str
    kind: str
    rest: str
    name: str
    under: str
    state: str
    mark: str
    known: bool
    day: str
    logo: str


def site_card(site: Site) -> Card:
    """Return the card of pages that are of no one record."""
    return _card(site, _("Register"), "", _("Certificates, and who says so"), "", None, "")


def card(record: Record, day: date, site: Site) -> Card:
    """Return the card of a record on a day."""
    said: dict[str, Any] = record.payload or {}
    tell: Callable[[Record, Mapping[str, Any], date, Site], Card] = {
        "certificate": _of_line,
        "certification_event": _of_line,
    }.get(record.kind, _of_named)
    return tell(record, said, day, site)


def _of_line(record: Record, said: Mapping[str, Any], day: date, site: Site) -> Card:
    shown = page(record, day, site)
    number = "" if is_unknown(said["certificate_number"]) else said["certificate_number"]
    kind = _("Event") if record.kind == "certification_event" else _("Certificate")
    if number:
        kind = _("Certificate %(number)s") % {"number": number}
    whom = [member.name for member in shown.members if member.name != said["entity"]]
    where = [name for name in shown.countries if not is_unknown(name)]
    state = (shown.headline, shown.status.mark)
    seen = _("State on %(day)s") % {"day": show_day(day)}
    if Timeline.from_list(said["timeline"]).first is None:
        state = (_("Unknown"), "unknown")
    return _card(
        site, kind, f"{shown.standard}, {shown.version}", said["entity"], " · ".join([*whom, *where]), state, seen
    )


def _of_named(record: Record, said: Mapping[str, Any], day: date, site: Site) -> Card:
    kinds = {"member": _("Member"), "firm": _("Audit firm"), "facility": _("Facility"), "figure": _("Figure")}
    where = [name for name in countries(said.get("countries", [])) if not is_unknown(name)]
    under = [said.get("operator", ""), *where]
    seen = _("As known on %(day)s") % {"day": show_day(day)}
    rest = said.get("period", "")
    told = [text for text in under if not is_unknown(text) and text != record.title]
    return _card(site, kinds[record.kind], rest, record.title, " · ".join(told), None, seen)


def _card(  # noqa: PLR0917, the lines of the card from top to bottom
    site: Site, kind: str, rest: str, name: str, under: str, state: tuple[str, str] | None, day: str
) -> Card:
    known = state is not None and state[1] != "unknown"
    scheme = _("register of %(scheme)s") % {"scheme": site.scheme.get("name", "")}
    return Card(
        register=_line(scheme if site.scheme.get("name") else ""),
        kind=_line(kind) or _("Register"),
        rest=_line(rest),
        # A name in letters that neither family has would be a row of boxes: what kind of record it is stands for it.
        name=_written(name, LONGEST_NAME) or _line(kind) or "Alunite",
        under=_line(under),
        state=_line(state[0]) if state else "",
        mark=mark(state[1], VEIN if known else STONE) if state else "",
        known=known,
        day=_line(day),
        logo=mark("alunite", INK),
    )


def _line(text: str) -> str:
    return _written(text, LONGEST_LINE)


def _written(text: str, longest: int) -> str:
    """Return a text in one line that can be drawn, cut where it is too long; empty when some of its letters cannot be."""
    plain = SPACES.sub(" ", "".join(letter for letter in text if letter.isprintable() or letter.isspace())).strip()
    if not all(ord(letter) in letters() for letter in plain):
        return ""
    cut = plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"
    return " ".join(_breakable(word) for word in cut.split(" "))


def _breakable(word: str) -> str:
    return word if len(word) <= LONGEST_WORD else "\u200b".join(word)


@lru_cache(maxsize=1)
def letters() -> frozenset[int]:
    """Return the letters that both families have."""
    sets = []
    for folder in _folders():
        upright = next(path for path in sorted(folder.glob("*.ttf")) if "Italic" not in path.name)
        with TTFont(upright, lazy=True) as font:
            sets.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*sets)


def _folders() -> list[Path]:
    return [Path(str(files(family) / "files")) for family in FAMILIES]


@lru_cache(maxsize=64)
def mark(name: str, color: str) -> str:
    """Return a mark of `marks.svg` as a drawing by itself, in a colour."""
    drawn = re.search(
        rf'<symbol id="{re.escape(name)}" viewBox="([^"]+)">(.*?)</symbol>', _marks(), flags=re.DOTALL
    ) or re.search(r'<symbol id="(?:unknown)" viewBox="([^"]+)">(.*?)</symbol>', _marks(), flags=re.DOTALL)
    if drawn is None:
        raise LookupError("marks.svg has no mark for what is unknown")
    inside = drawn[2].replace("currentColor", color)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{drawn[1]}">{inside}</svg>'


@lru_cache(maxsize=1)
def _marks() -> str:
    return Path(str(finders.find("marks.svg"))).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(ignore_system_fonts=True, font_paths=[str(folder) for folder in _folders()])


@lru_cache(maxsize=1)
def _design() -> bytes:
    return (Path(__file__).parent / "card.typ").read_bytes()


def drawn(shown: Card) -> bytes:
    """Return a card as PNG, 1200 by 630; some hundredths of a second."""
    return compiled(_design(), {"d": json.dumps(asdict(shown))}, 72)


def compiled(design: bytes, inputs: dict[str, str], dots_per_inch: float) -> bytes:
    """Return what a design of one page makes of its inputs as PNG, with our two families of letters.

    Raises
    ------
    Busy
        If as many wait for one as may.
    """
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        with _turn:
            found = _compiler().compile(design, format="png", ppi=dots_per_inch, sys_inputs=inputs)
    finally:
        _places.release()
    return cast("bytes", found)  # one page, one picture
