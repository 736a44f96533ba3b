"""What the rooms are, read from the code and from the one list of floors in pyproject.toml."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "alunite"
WINGS = ("foundation", "programme", "material", "society", "front")


@cache
def floors() -> tuple[str, ...]:
    """Rooms as dotted names, lowest floor first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    return tuple(layer.strip("()") for layer in reversed(layers))


def room_of(module: str) -> str | None:
    """Room a module belongs to; None for a wing or the project itself."""
    return next((room for room in floors() if module == room or module.startswith(f"{room}.")), None)


def part_of(module: str) -> str:
    """Part of its room a module is, such as `views`; empty for the room itself."""
    room = room_of(module) or ""
    return module.removeprefix(room).strip(".").partition(".")[0]


@cache
def imports() -> tuple[tuple[str, str, int], ...]:
    """Every import of one of our modules by another, tests apart: importer, imported, line."""
    graph = grimp.build_graph("alunite", cache_dir=None)
    return tuple(
        (importer, imported, int(detail["line_number"]))
        for importer in sorted(graph.modules)
        if "tests" not in importer.split(".")
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        for detail in graph.get_import_details(importer=importer, imported=imported)
    )


def across_rooms() -> Iterator[tuple[str, str, str]]:
    """Imports from one room into another: importer, imported, and how to show it."""
    for importer, imported, line in imports():
        if room_of(importer) != room_of(imported):
            yield importer, imported, f"{importer} (line {line}) imports {imported}"


def python_files() -> Iterator[tuple[Path, ast.Module]]:
    """Our modules, tests and migrations apart, parsed."""
    for path in sorted(PACKAGE.glob("**/*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield path, ast.parse(path.read_text("utf-8"))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
