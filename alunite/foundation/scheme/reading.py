"""Reads one YAML file of a pack: strictly, without recursion, and remembering on which line everything stands.

Only what a pack needs is read: mappings with text keys, lists, text, numbers, true, false and null. Anchors, aliases
and tags are refused, so no small file can grow into a large one; size, number of nodes and depth have limits, so that
any file is read or refused within seconds. Days stay text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 30
MAX_SHOWN = 120

Key = str | int
Place = tuple[Key, ...]

_INT = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?([0-9]{1,15}\.[0-9]{0,15}|\.[0-9]{1,15})([eE][-+]?[0-9]{1,2})?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class PackFault:
    """One thing wrong with a scheme pack.

    Parameters
    ----------
    file : str
        File, relative to the pack's folder, with forward slashes.
    line : int
        Line it stands on, counted from 1.
    path : str
        Where in the file, such as ``sections[0].principles[2].criteria[3].applies.to[0]``; empty for the whole file.
    value : str
        What stands there, shortened; empty if nothing does.
    expected : str
        What was expected.
    """

    file: str
    line: int
    path: str
    value: str
    expected: str

    def as_dict(self) -> dict[str, str | int]:
        """Return the fault as JSON-ready data."""
        return {
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "value": self.value,
            "expected": self.expected,
        }

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        what = f"{self.path}: " if self.path else ""
        found = f", found {self.value!r}" if self.value else ""
        return f"{where}: {what}expected {self.expected}{found}"


def path_text(place: Place) -> str:
    """Return a place as text.

    >>> path_text(("criteria", 3, "applies", "to", 0))
    'criteria[3].applies.to[0]'
    """
    text = ""
    for key in place:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def shown(value: Any) -> str:
    """Return a value as it is shown in a fault."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a record"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


@dataclass(slots=True)
class PackFile:
    """A file of a pack as read: plain data, the line of every place in it, and the faults found so far."""

    name: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[PackFault] = field(default_factory=list)
    told: set[Place] = field(default_factory=set)

    @property
    def is_read(self) -> bool:
        """Whether there is data to look at."""
        return isinstance(self.data, dict)

    def at(self, place: Place) -> Any:
        """Return what stands at a place, or None."""
        here = self.data
        for key in place:
            if isinstance(here, dict):
                here = here.get(key)
            elif isinstance(here, list) and isinstance(key, int) and key < len(here):
                here = here[key]
            else:
                return None
        return here

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest record around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, place: Place, expected: str, value: Any = None) -> None:
        """Note a fault; each place is faulted once."""
        if place in self.told:
            return
        self.told.add(place)
        found = shown(self.at(place) if value is None else value)
        self.faults.append(PackFault(self.name, self.line(place), path_text(place), found, expected))


class _Refused(Exception):
    """The file cannot be read; says where and why. Never leaves this module."""

    def __init__(self, line: int, expected: str, value: str = "", place: Place = ()) -> None:
        super().__init__(expected)
        self.line, self.expected, self.value, self.place = line, expected, value, place


def read_pack_file(root: Path, name: str) -> PackFile:
    """Read one file below `root`; what is wrong with it is in its `faults`, and then there is no data."""
    file = PackFile(name)
    try:
        text = _text(root, name)
        _Builder(file).build(text)
    except _Refused as fault:
        file.data = None
        refused = PackFault(name, fault.line, path_text(fault.place), shown(fault.value), fault.expected)
        file.faults.append(refused)
    return file


def _text(root: Path, name: str) -> str:
    path = root / name
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise _Refused(1, "a file inside the pack's folder")
        if not path.is_file():
            raise _Refused(1, "a readable file of this name")
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a symlink that leads to itself
        raise _Refused(1, "a readable file of this name") from error
    if len(raw) > MAX_BYTES:
        raise _Refused(1, f"at most {MAX_BYTES} bytes")
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise _Refused(1, "UTF-8 without a byte order mark")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Refused(raw.count(b"\n", 0, error.start) + 1, "UTF-8") from error


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    place: Place
    key: str | None = None
    key_line: int = 1


class _Builder:
    """Builds plain data from YAML events, with a stack of its own instead of recursion."""

    def __init__(self, file: PackFile) -> None:
        self.file = file
        self.stack: list[_Open] = []
        self.documents = 0
        self.nodes = 0
        self.skipped: dict[Place, int] = {}

    def build(self, text: str) -> None:
        try:
            for event in YAML(typ="safe", pure=True).parse(text):
                self._take(event)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise _Refused(mark.line + 1 if mark else 1, "YAML", str(error.problem or "")) from error
        except YAMLError as error:
            raise _Refused(_reader_line(text, error), "YAML", "a character YAML does not allow") from error
        except (ValueError, IndexError, AttributeError, RecursionError) as error:
            # The parser itself breaks on some malformed input; for us that is one more way not to be YAML.
            raise _Refused(1, "YAML") from error
        if not isinstance(self.file.data, dict):
            raise _Refused(1, "a record of keys and values", shown(self.file.data))
        for place, line in self.skipped.items():
            found = PackFault(self.file.name, line, path_text(place), shown(place[-1]), "each key once in a record")
            self.file.faults.append(found)

    def _take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, ScalarEvent) and _SURROGATE.search(event.value):
            raise _Refused(line, "characters, not halves of a surrogate pair")
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Refused(line, "one YAML document in a file")
        elif isinstance(event, AliasEvent):
            raise _Refused(line, "no aliases: write the value out", f"*{event.anchor}")
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._check_node(event, line)
            opened = _Open({} if isinstance(event, MappingStartEvent) else [], ())
            opened.place = self._put(opened.value, line)
            self.stack.append(opened)
            if len(self.stack) > MAX_DEPTH:
                raise _Refused(line, f"at most {MAX_DEPTH} records within each other")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, ScalarEvent):
            self._check_node(event, line)
            if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
                self.stack[-1].key, self.stack[-1].key_line = event.value, line
            else:
                self._put(_scalar(event), line)

    def _check_node(self, event: Any, line: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Refused(line, f"at most {MAX_NODES} keys, values, records and lists in a file")
        if event.anchor is not None:
            raise _Refused(line, "no anchors: write the value out", f"&{event.anchor}")
        if event.tag is not None:
            raise _Refused(line, "no tags", str(event.tag))

    def _put(self, value: Any, line: int) -> Place:
        if not self.stack:
            self.file.data = value
            self.file.lines[()] = line
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            place: Place = (*top.place, len(top.value))
            top.value.append(value)
            self.file.lines[place] = line
            return place
        if top.key is None:
            raise _Refused(line, "text as a key")
        place = (*top.place, top.key)
        if top.key in top.value:
            # The first stands; what hangs below the second is read into nowhere.
            self.skipped.setdefault(place, top.key_line)
            place = (*top.place, f"{top.key} (again)")
        else:
            top.value[top.key] = value
            self.file.lines[place] = top.key_line
        top.key = None
        return place


def _scalar(event: ScalarEvent) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _reader_line(text: str, error: YAMLError) -> int:
    position = getattr(error, "position", None)
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
