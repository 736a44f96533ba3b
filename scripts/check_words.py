"""Refuse words of a scheme in the code: the scheme is data, and the code is mechanism.

    .venv/bin/python scripts/check_words.py [FILE ...]

Looked for in Python and HTML under alunite/, tests apart: ids of activities, member classes, standard families and
versions of every pack in schemes/, every label of two words or more, and the words of the one field we know best.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
ID_GROUPS = ("activities", "classes", "versions")
WORDS = ("ASI", "aluminium", "bauxite", "alumina", "smelter", "casthouse")
WHAT_TO_DO = (
    "The code knows no scheme. Take the id or label from the scheme pack (alunite.foundation.scheme), "
    "or say it in general words; examples from a scheme belong in schemes/, samples/, docs/ or a tests folder."
)


def records(node: Any) -> Iterator[dict[str, Any]]:
    """Give every mapping in a YAML document."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from records(value)
    elif isinstance(node, list):
        for value in node:
            yield from records(value)


def refused(schemes: Path) -> dict[str, str]:
    """Pattern of each refused word, with what it is."""
    found = {rf"{word}s?": "a word of one field" for word in WORDS}
    for path in sorted(schemes.glob("**/*.yaml")):
        document = YAML(typ="safe").load(path)
        if not isinstance(document, dict):
            continue
        for group in ID_GROUPS:
            for record in document.get(group) or ():
                if isinstance(record, dict) and record.get("id"):
                    found[re.escape(str(record["id"]))] = f"an id of {group} in {path.relative_to(schemes)}"
        for record in document.get("families") or ():
            # As a whole string only: a family's short id may be a word of the glossary as well.
            found[rf"[\"']{re.escape(str(record['id']))}[\"']"] = f"an id of families in {path.relative_to(schemes)}"
        for record in records(document):
            label = str(record.get("label") or "")
            if record.get("id") and len(label.split()) > 1:
                found[r"\s+".join(map(re.escape, label.split()))] = f"a label in {path.relative_to(schemes)}"
    return found


def faults(files: list[Path], schemes: Path) -> list[str]:
    """Give `file:line: word` for every refused word, and what it is."""
    what = refused(schemes)
    words = re.compile("|".join(rf"(?P<w{i}>(?<![\w-]){word}(?![\w-]))" for i, word in enumerate(what)), re.IGNORECASE)
    meanings = list(what.values())
    said = []
    for path in files:
        text = path.read_text("utf-8")
        for match in words.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
            meaning = meanings[int(str(match.lastgroup)[1:])]
            said.append(f"{shown}:{line}: {' '.join(match[0].split())} ({meaning})")
    return said


def all_files() -> list[Path]:
    return sorted(path for ending in ("py", "html") for path in (ROOT / "alunite").glob(f"**/*.{ending}"))


def main(arguments: list[str]) -> int:
    named = [Path(name).resolve() for name in arguments]
    files = named or all_files()
    inside = [path for path in files if path.is_relative_to(ROOT / "alunite") and "tests" not in path.parts]
    said = faults(inside, ROOT / "schemes")
    for line in said:
        print(line)
    if said:
        print(WHAT_TO_DO)
    return bool(said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
