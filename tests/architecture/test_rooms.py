"""Rooms, floors and parts stand as the plan of the house has them."""

from __future__ import annotations

import ast
import re

from tests.architecture.rooms import PACKAGE, WINGS, across_rooms, floors, part_of, python_files, room_of, shown

# Parts that are a room's own business. What another room needs of it goes through models, actions, queries or rules.
OWN = {"admin", "apps", "forms", "importer", "merging", "migrations", "publish", "tests", "urls", "views"}
# Parts made to be collected by one room above.
COLLECTED_BY = {"api": "alunite.front.api", "tasks": "alunite.front.inbox", "calendar": "alunite.front.inbox"}

# What those parts register with, by the same name.
REGISTRIES = {"alunite.foundation.messages.tasks"}

PARTS_OF_A_ROOM = {
    *{"actions", "admin", "api", "apps", "calendar", "forms", "importer", "migrations", "models", "policies"},
    "merging",
    *{"publish", "queries", "reactions", "rules", "tasks", "tests", "traces", "urls", "views"},
    "templatetags",
}
# What a room has beyond the common parts, and why.
SPECIAL_PARTS = {
    "alunite.programme.certificates": {"grouping": "which events speak of one certificate: pure, beside its timeline"},
    "alunite.foundation.adoption": {"vocabulary": "columns of an import that name things of the scheme pack"},
    "alunite.programme.members": {
        "chores": "what days bring",
        "holding": "what it holds of a person",
        "joining": "how an organisation becomes a member, pays, and stays or leaves",
        "places": "what a member itself lists: entities and facilities",
        "vocabulary": "cells of other rooms' files that name members",
        "workspace": "its places in the rail",
    },
    "alunite.programme.assessments": {
        "answering": "answers of the room's API and problems, by RFC 9457",
        "evidence": "the evidence library",
        "leaving": "whose criteria and gaps are when somebody leaves",
        "present": "what pages of scopes and self assessments show",
        "giving": "who answers which criteria",
        "sending": "to which audit firm a self assessment was sent",
        "sites": "several sites of a scope: what single ones say otherwise",
        "talking": "comments and questions to the help desk, and answers that are published",
        "workbook": "self assessments as workbooks, had and sent back",
        "workspace": "the room's places in the rail",
    },
    "alunite.front.api": {
        "addresses": "whole addresses of pages and records",
        "answers": "answers under an ETag",
        "asking": "what may be asked, and cursors",
        "clocks": "which publications count and which day is asked for",
        "describing": "the description in OpenAPI",
        "documentation": "that description as a page shows it",
        "door": "what all addresses for machines have in common",
        "examples": "real answers for the description",
        "feeds": "changes as Atom",
        "icalendar": "published next audits as a calendar",
        "linked": "the open data as schema.org has it",
        "sitemap": "the site map",
        "work": "the API of the workspace, of each room's part",
        "xml": "XML as it is written here",
    },
    "alunite.front.inbox": {
        "chores": "the worker's job, and the place in the rail",
        "files": "tasks as CSV, days as a calendar",
        "holding": "what is held of a person",
        "present": "words and drawings of lines",
    },
    "alunite.front.register": {
        "chart_files": "what stands in the file of a chart",
        "chart_views": "the files of charts",
        "about": "how much is known, by whom, what is missing, how fresh",
        "about_views": "the view of the page about the data",
        "card_views": "the picture a link to a page bears",
        "atlas": "all facilities in memory, and what is known of their operators",
        "checks": "what verification asks of the read tables",
        "changes": "what changed in the list between two days",
        "changes_views": "the page of what changed between two days",
        "clocks": "the day whose state is shown, and the day by which it had been published",
        "context": "what every page is given",
        "projector": "makes the read tables from publications",
        "countries": "names of countries, for facets and pages",
        "cursor": "where the next page of a list begins",
        "downloads": "files of the lines a list is narrowed to",
        "fact_views": "views of the lists by name, and of members, firms, facilities and figures",
        "facets": "by which values a record of each kind is found",
        "fields": "the id of a publication as the key of a row",
        "languages": "the same page in other languages",
        "home_queries": "what the first page counts and shows",
        "home_views": "the first page",
        "lines": "all lines in memory: which fit, how many have each value, in which order",
        "list_forms": "what readers type into a list by name",
        "list_views": "the list of the register, and its files",
        "map_views": "the map of facilities, its list and its places",
        "named": "lists by name, and records found by a facet",
        "origin": "where people reach the site, for addresses that leave it",
        "typed": "fields for words and days that readers type, for other pages too",
        "places": "what there is by country and by activity",
        "places_views": "pages of countries and activities",
        "pictures": "charts as drawings and pictures that stand by themselves",
        "projection": "where a place lies on the small map of the world",
        "present": "what a publication looks like on a page",
        "problems": "what went wrong with what a program asked, by RFC 9457",
        "scheme_then": "the scheme as published, in the form its rules take",
        "search": "full text, on either database",
        "sheets": "rows as files for spreadsheets",
        "site": "name and addresses of the site",
        "standards_forms": "what readers ask of standards",
        "standards_views": "views of standards, of what applies and of what changed",
    },
}

# Imports of ours inside a function, as "path:function". Empty, and to stay so: such an import hides a misplaced thing.
ALLOWED_INSIDE_FUNCTIONS: frozenset[str] = frozenset()

SIGNALS = ("django.db.models.signals", "django.dispatch", "django.core.signals")
LONGEST_VIEW = 20


def test_every_room_stands_on_a_floor():
    rooms = {
        f"alunite.{wing}.{folder.name}"
        for wing in WINGS
        for folder in (PACKAGE / wing).glob("*")
        if (folder / "__init__.py").exists()
    }
    assert rooms <= set(floors()), "add the room to the layers in pyproject.toml"


def test_a_room_imports_only_from_floors_below():
    order = {room: floor for floor, room in enumerate(floors())}
    upward = [
        text
        for importer, imported, text in across_rooms()
        if (room_of(importer) is None or room_of(imported) is None)
        or order[str(room_of(importer))] < order[str(room_of(imported))]
    ]
    assert upward == []


def test_core_imports_nothing_of_ours():
    assert [text for importer, _, text in across_rooms() if room_of(importer) == "alunite.foundation.core"] == []


def test_the_register_knows_only_core_scheme_and_publications():
    # And how to write many rows at once, which knows nothing of anybody's.
    known = {f"alunite.foundation.{room}" for room in ("core", "tables", "scheme", "publications")}
    assert [
        text
        for importer, imported, text in across_rooms()
        if room_of(importer) == "alunite.front.register" and room_of(imported) not in known
    ] == []


def test_a_room_uses_no_part_that_is_another_rooms_own():
    assert [
        text
        for importer, imported, text in across_rooms()
        if room_of(importer) != "alunite.config"
        and imported not in REGISTRIES
        and (part_of(imported) in OWN or room_of(importer) != COLLECTED_BY.get(part_of(imported), room_of(importer)))
    ] == []


def test_rooms_have_the_parts_everybody_knows():
    strange = [
        shown(path)
        for wing in WINGS
        if wing != "foundation"  # mechanisms are each their own kind of thing
        for room in (PACKAGE / wing).glob("*")
        if (room / "__init__.py").exists()
        for path in room.iterdir()
        if path.suffix in {"", ".py"}
        and path.stem not in {"__init__", "__pycache__"}
        and path.stem not in PARTS_OF_A_ROOM
        and path.stem not in SPECIAL_PARTS.get(f"alunite.{wing}.{room.name}", {})
    ]
    assert strange == [], "put it into one of the known parts, or name it in SPECIAL_PARTS with the reason"


def test_nothing_of_ours_is_imported_inside_a_function():
    found = set()
    for path, tree in python_files():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            # Django has an application's models only once `ready` is called.
            if path.name == "apps.py" and function.name == "ready":
                continue
            for node in ast.walk(function):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if any(name.partition(".")[0] in {"alunite", "massbalance"} for name in names):
                    found.add(f"{shown(path)}:{function.name}")
    assert found == ALLOWED_INSIDE_FUNCTIONS, "move what both need to a lower floor, or let a reaction climb"


def test_no_domain_matter_travels_by_django_signal():
    pattern = re.compile(rf"^\s*(?:from|import)\s+({'|'.join(map(re.escape, SIGNALS))})\b", re.MULTILINE)
    found = [shown(path) for path, _ in python_files() if pattern.search(path.read_text("utf-8"))]
    assert found == [], "write a history event and a reaction to it (alunite.foundation.history)"


def test_a_view_reads_input_calls_one_thing_and_chooses_a_template():
    long = []
    for path, tree in python_files():
        if path.name != "views.py":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
                lines = node.end_lineno - first.lineno + 1
                if lines > LONGEST_VIEW:
                    long.append(f"{shown(path)}:{node.lineno} {node.name}: {lines} lines")
    assert long == [], "what a view works out belongs into a query, an action or a rule"
