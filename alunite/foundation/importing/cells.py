"""One cell: what it may hold, and how text that a spreadsheet would run as a formula is written and read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import iso3166

from alunite.foundation.core.days import PartialDate, Period, Precision
from alunite.foundation.core.text import fold, squeeze

LONGEST_CELL = 10_000
LIST_SEPARATOR = ";"
LONGEST_COUNT = 9

_WOULD_RUN = re.compile(r"'*[=+\-@]")
_PROTECTED = re.compile(r"'+[=+\-@]")
# All of Unicode's control characters but tab and line ends; those from 0x80 on are the marks of text decoded wrongly.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class CellFault(ValueError):
    """The cell does not hold what its column expects; the message says what was expected.

    `value` is the part of the cell at fault, where it is not the whole.
    """

    def __init__(self, expected: str, value: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value


Parse = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file.

    Parameters
    ----------
    name : str
        As in the header.
    parse : callable (text, context) -> value
        Reads a non-empty, trimmed cell; raises `CellFault`.
    required : bool
        Whether an empty cell is a fault.
    empty : Any
        The value of an empty cell that is allowed to be empty.
    longest : int
        How many characters a cell may have.
    refers_to : str
        The kind of import whose key the value is, or whose keys the values are; empty for none. A key that neither
        stands here nor comes with the same import is a fault.
    """

    name: str
    parse: Parse
    required: bool = False
    empty: Any = ""
    longest: int = LONGEST_CELL
    refers_to: str = ""

    def read(self, cell: str, context: Any) -> Any:
        """Return the value of `cell`; raise `CellFault`."""
        if not cell and not self.required:  # most are
            return self.empty
        if len(cell) > self.longest:
            raise CellFault(f"at most {self.longest} characters; this cell has {len(cell)}")
        if _CONTROL.search(cell):
            raise CellFault("text without control characters")
        text = squeeze(cell)
        if not text:
            if self.required:
                raise CellFault(f"a value: {self.name} is required")
            return self.empty
        return self.parse(text, context)


def protect(cell: str) -> str:
    """Return `cell` as it is exported: text a spreadsheet would run as a formula gets an apostrophe.

    >>> protect("=1+1"), protect("'=1+1"), protect("plain")
    ("'=1+1", "''=1+1", 'plain')
    """
    return "'" + cell if _WOULD_RUN.match(cell) else cell


def unprotect(cell: str) -> str:
    """Return `cell` as it is imported: exactly the apostrophe that `protect` adds is taken off.

    >>> unprotect("'=1+1"), unprotect("''=1+1"), unprotect("=1+1"), unprotect("'tis")
    ('=1+1', "'=1+1", '=1+1', "'tis")
    """
    return cell[1:] if _PROTECTED.match(cell) else cell


def text_cell(text: str, _context: Any) -> str:
    """Any text."""
    return text


def web_address(text: str, _context: Any) -> str:
    """An http or https address, the only kind a page may link to."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits or " " in text:
        raise CellFault("an address that begins with http:// or https://")
    return text


LONGEST_SYSTEM = 40
LONGEST_IDENTIFIER = 200
_SYSTEM = re.compile(rf"[a-z][a-z0-9_.-]{{0,{LONGEST_SYSTEM - 1}}}")


class ExternalKey(NamedTuple):
    """What another system calls a record."""

    system: str
    identifier: str

    def __str__(self) -> str:
        return f"{self.system}:{self.identifier}"


def external_key(text: str, _context: Any) -> ExternalKey:
    """What another system calls it, as `system:id`."""
    system, colon, identifier = (part.strip() for part in text.partition(":"))
    if not colon or not _SYSTEM.fullmatch(system) or not 0 < len(identifier) <= LONGEST_IDENTIFIER:
        raise CellFault(
            f"system:id, the system in small letters and of at most {LONGEST_SYSTEM} characters, its id of at most "
            f"{LONGEST_IDENTIFIER}"
        )
    return ExternalKey(system, identifier)


def partial_date(text: str, _context: Any) -> PartialDate:
    """A day, month or year."""
    try:
        return PartialDate.parse(text)
    except ValueError:
        raise CellFault("a day, month or year that exists, from 1800 to 2199: 2023-08-21, 2023-08 or 2023") from None


def year(text: str, _context: Any) -> PartialDate:
    """A year."""
    try:
        found = PartialDate.parse(text)
    except ValueError:
        found = None
    if found is None or found.precision is not Precision.YEAR:
        raise CellFault("a year from 1800 to 2199, such as 2019")
    return found


def period(text: str, _context: Any) -> Period:
    """A day, month or year, or the first and the last one with a slash between."""
    try:
        return Period.parse(text)
    except ValueError:
        raise CellFault("a day, month or year, or two of them in order: 2021, 2021-05 or 2018-01/2022-06") from None


# More digits than any quantity on Earth in grams has, and few enough to be exact everywhere.
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,12})?", re.ASCII)


def number(least: int | None = None, most: int | None = None) -> Parse:
    """Return a reader of numbers from `least` to `most`, both inclusive; exact, with a point and without separators."""
    bounds = {
        (False, False): "a number",
        (True, False): f"a number of at least {least}",
        (False, True): f"a number of at most {most}",
        (True, True): f"a number from {least} to {most}",
    }[least is not None, most is not None]

    def parse(text: str, _context: Any) -> Decimal:
        value = Decimal(text) if _NUMBER.fullmatch(text) else None
        if value is None or (least is not None and value < least) or (most is not None and value > most):
            raise CellFault(f"{bounds}, with a point for decimals and nothing between thousands")
        return value

    parse.__doc__ = f"{bounds[0].upper()}{bounds[1:]}."
    return parse


def count(text: str, _context: Any) -> int:
    """A whole number of at least 0; nothing where it is not known."""
    if not text.isascii() or not text.isdecimal() or len(text) > LONGEST_COUNT:
        raise CellFault("a whole number of at least 0, or nothing where it is not known")
    return int(text)


def one_of(*choices: str) -> Parse:
    """One of a few words, whatever the case."""
    by_fold = {fold(choice): choice for choice in choices}

    def parse(text: str, _context: Any) -> str:
        try:
            return by_fold[fold(text)]
        except KeyError:
            raise CellFault(f"one of: {', '.join(choices)}, or nothing") from None

    parse.__doc__ = f"One of: {', '.join(choices)}."
    return parse


def list_of(parse: Parse) -> Parse:
    """Several values joined with a semicolon; the first bad one is the fault. Returns a tuple without repeats."""

    def parse_all(text: str, context: Any) -> tuple[Any, ...]:
        parts = [squeeze(part) for part in text.split(LIST_SEPARATOR)]
        if not all(parts):
            raise CellFault("values joined with single semicolons, none of them empty")
        values: list[Any] = []
        bad: list[CellFault] = []
        for part in parts:
            try:
                values.append(parse(part, context))
            except CellFault as fault:
                bad.append(CellFault(fault.expected, fault.value or part))
        if bad:
            raise CellFault(bad[0].expected, ", ".join(str(fault.value) for fault in bad))
        return tuple(dict.fromkeys(values))

    what = str(parse.__doc__ or "").split("\n")[0].rstrip(".")
    parse_all.__doc__ = f"{what}; several are joined with a semicolon."
    return parse_all


LONGEST_CODE = 3
_COUNTRIES: dict[str, str] = {}
# Codes ISO 3166-1 leaves to its users are no countries of its list, though some packages (Kosovo's XK) carry them.
_USERS_OWN = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ")
for _country in iso3166.countries_by_alpha2.values():
    if _USERS_OWN.fullmatch(_country.alpha2):
        continue
    for _name in (_country.alpha2, _country.alpha3, _country.name, _country.apolitical_name):
        _COUNTRIES[fold(_name)] = _country.alpha2
COUNTRY_CODES = frozenset(_COUNTRIES.values())


def country(text: str, _context: Any) -> str:
    """A country of ISO 3166-1, by its two-letter code; three letters and ISO's name are read too."""
    # Folding takes accents off, which helps a name; a code with one is no code.
    name = fold(text) if len(text) > LONGEST_CODE or text.isascii() else ""
    try:
        return _COUNTRIES[name]
    except KeyError:
        raise CellFault("a country of ISO 3166-1 by its two-letter code, such as NO") from None
