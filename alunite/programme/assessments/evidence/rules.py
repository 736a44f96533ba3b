"""What must hold of a piece of evidence before it is kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from alunite.foundation.core.days import FIRST_YEAR, LAST_YEAR, is_asked_about

_BETWEEN = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a piece of evidence, apart from its files and the criteria it speaks to.

    Parameters
    ----------
    evidence_date, valid_until : date or None
        When what it shows held or was written, and its last good day: neither is the day it was sent.
    recognised : str
        Id of the recognised scheme it is a certificate of; empty for any other evidence.
    """

    title: str
    link: str = ""
    sharing: str = "member"
    evidence_date: date | None = None
    valid_until: date | None = None
    recognised: str = ""
    certificate_number: str = ""
    certificate_body: str = ""
    certificate_scope: str = ""


def faults_of(
    words: Words, *, has_file: bool, has_public_copy: bool, schemes: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield each field at fault with what was expected; `schemes` are the ids of those the pack recognises."""
    if not words.title:
        yield "title", _("a title")
    if not (has_file or words.link):
        yield "file", _("a file, or the address of a page")
    if has_public_copy and not has_file:
        yield "public_file", _("no public copy without the file it is a copy of")
    if words.evidence_date and words.valid_until and words.valid_until < words.evidence_date:
        yield "valid_until", _("a day not before the date of the evidence")
    for name in ("evidence_date", "valid_until"):
        if (day := getattr(words, name)) and not is_asked_about(day):
            yield name, _("a day from %(first)s to %(last)s") % {"first": FIRST_YEAR, "last": LAST_YEAR}
    details = {
        "certificate_number": words.certificate_number,
        "certificate_body": words.certificate_body,
        "valid_until": words.valid_until,
    }
    if words.recognised:
        if words.recognised not in schemes:
            yield "recognised", _("one of the recognised schemes")
        yield from ((name, _("this, because it is a certificate")) for name, value in details.items() if not value)
    elif words.certificate_number or words.certificate_body or words.certificate_scope:
        yield "recognised", _("the scheme the certificate is of, or no details of a certificate")


def numbers_in(text: str) -> tuple[str, ...]:
    r"""Return the numbers somebody typed, each once, in their order.

    >>> numbers_in("2.1, 5.3;5.3\n10.6 ")
    ('2.1', '5.3', '10.6')
    """
    return tuple(dict.fromkeys(number for number in _BETWEEN.split(text) if number))


def number_key(number: str) -> tuple[int, ...]:
    """Return what puts numbers of criteria into their order.

    >>> sorted(["10.6", "2.10", "2.9"], key=number_key)
    ['2.9', '2.10', '10.6']
    """
    return tuple(int(part) for part in number.split("."))
