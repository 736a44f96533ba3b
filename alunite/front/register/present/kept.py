"""What a reader takes away from a record: its address for ever, how to cite it, its data. No query, no rule, only words and order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import segno
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from alunite.foundation.core.text import fold
from alunite.foundation.publications.dictionary import plural
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.models import Record
from alunite.front.register.present.words import record_url
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day

# Modules a scanner needs free around a code.
QUIET_ZONE = 4
# Two kilobytes each.
CODES_KEPT = 500
NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")
# What BibTeX reads as a command or a group.
BIBTEX = str.maketrans(
    {mark: "\\" + mark for mark in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}"}
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a reader takes away.

    Parameters
    ----------
    short : str
        The shortest address that leads to the record for ever, without its scheme, as people type it.
    permanent : str
        The address that shows what is seen now: with the day of the state, and the day by which it had been published.
    is_settled : bool
        Whether that address shows the same for ever: its day of publishing is over, nothing more can be published by it.
    text, bibtex : str
        How to cite it.
    code : markup
        The shortest address as a code to scan.
    json, row, history, feed : str
        Addresses of its data, its one row as a table, all that was ever published of it, and of what will be.
    wrong : str
        Where to tell that something is wrong; empty while there is no such place.
    """

    short: str
    permanent: str
    is_settled: bool
    text: str
    bibtex: str
    code: SafeString
    json: str
    row: str
    history: str
    feed: str
    wrong: str


def kept(record: Record, said: dict[str, Any], days: tuple[date, date, date], host: str, site: Site) -> Kept:
    """Return what a reader takes away of a record as seen on a day, as published by a day, today; `host` with its scheme."""
    name = title_of(said, record.kind)
    on, as_of, today = days
    short = reverse(record.kind, args=[record.subject])
    asked = urlencode({"on": on.isoformat(), "as_of": as_of.isoformat()})
    permanent = f"{host}{record_url(record.kind, record.subject, record.title)}?{asked}"
    register = _("Alunite, register of %(scheme)s") % {"scheme": site.scheme.get("name", "")}
    seen = _("state on %(on)s, as published by %(as_of)s, version %(version)d of the record") % {
        "on": show_day(on),
        "as_of": show_day(as_of),
        "version": record.version,
    }
    which = {"kind": record.kind, "subject": record.subject}
    return Kept(
        short=f"{host}{short}".partition("://")[2].rstrip("/"),
        permanent=permanent,
        is_settled=as_of < today,
        text=f"{name}. {register}; {seen}. {permanent}",
        bibtex=_bibtex(record, name, register, seen, permanent, on),
        code=code(f"{host}{short}", _("Code that leads to this page: %(address)s") % {"address": f"{host}{short}"}),
        json=_address(f"get_{record.kind}", [record.subject]) + site.query,
        row=_address("data_row", [plural(record.kind), record.subject]) + site.query,
        history=f"{_address('list_changes', [])}?{urlencode(which)}",
        feed=f"{_address('changes_feed', [])}?{urlencode(which)}",
        wrong=f"{reverse('corrections')}?{urlencode({'about': short})}",
    )


def _address(name: str, arguments: Sequence[Any]) -> str:
    return reverse(name, args=arguments)


def _bibtex(record: Record, name: str, register: str, seen: str, address: str, on: date) -> str:  # noqa: PLR0917
    key = NOT_IN_A_KEY.sub("-", fold(f"alunite {record.kind} {record.subject} {on.isoformat()}")).strip("-")
    fields = {
        "title": "{" + name.translate(BIBTEX) + "}",
        "howpublished": register.translate(BIBTEX),
        "year": str(on.year),
        "note": seen.translate(BIBTEX),
        "url": address,
    }
    return f"@misc{{{key},\n" + ",\n".join(f"  {field} = {{{value}}}" for field, value in fields.items()) + "\n}"


def code(address: str, label: str) -> SafeString:
    """Return an address as a code to scan: one path, without a style of its own, dark on whatever it stands on."""
    side, path = _drawn(address)
    drawn = format_html('<svg class="code" role="img" aria-label="{}" viewBox="0 0 {} {}">', label, side, side)
    return mark_safe(f'{drawn}<path d="{path}"/></svg>')  # noqa: S308, of numbers and an escaped label


# An address never changes its code, and finding the best of its eight masks takes a sixth of the page's time.
@lru_cache(maxsize=CODES_KEPT)
def _drawn(address: str) -> tuple[int, str]:
    """Return the side of an address's code and the path that draws it."""
    matrix = segno.make(address, error="m", micro=False).matrix
    rows = []
    for y, line in enumerate(matrix, start=QUIET_ZONE):
        x = 0
        while x < len(line):
            run = x
            while run < len(line) and line[run]:
                run += 1
            if run > x:
                rows.append(f"M{x + QUIET_ZONE} {y}h{run - x}v1h-{run - x}z")
            x = max(run, x + 1)
    return len(matrix) + 2 * QUIET_ZONE, "".join(rows)


def title_of(said: dict[str, Any], kind: str) -> str:
    """Return what a record is called where it stands alone: in a quotation, on a card."""
    if kind == "certificate" and said["certificate_number"] != UNKNOWN:
        return _("Certificate %(number)s, %(entity)s") % {
            "number": said["certificate_number"],
            "entity": said["entity"],
        }
    return str(said.get("entity") or said["name"])
