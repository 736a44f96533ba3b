"""Compare the generated parts of the documentation with what the code says, or write them anew.

    .venv/bin/python scripts/docs.py --check | --write

A page asks for a generated part with two comments; what stands between them is ours to replace:

    <!-- generated: settings -->
    <!-- /generated -->
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
# What stands in a code block is an example, and left alone; a part's own text may hold code blocks.
PART = re.compile(
    r"(?P<example>^```.*?^```$)"
    r"|(?P<open><!-- generated: (?P<name>[\w-]+) -->\n)(?P<body>.*?)(?P<close><!-- /generated -->)",
    re.DOTALL | re.MULTILINE,
)
OPENING = re.compile(r"<!-- generated:[^>]*-->")
LEFT_OUT_OF_URLS = ("tables/", "account/", "accounts/", "static/")

# What each variable is for. `settings` fails when a variable is read that has no row here, or the other way round.
VARIABLES = MappingProxyType(
    {
        "ALUNITE_API_REQUESTS_A_MINUTE": (
            "How many requests one client (an IPv4 address or the /64 network of an IPv6 one) may make to the public API "
            "and files, cards and pictures of charts in a minute, counted by each worker for itself; `0` for no limit"
        ),
        "ALUNITE_BEHIND_PROXY": "`true` where a proxy in front ends TLS and sets `X-Forwarded-Proto`; never otherwise",
        "ALUNITE_CORRECTIONS_TO": (
            "E-mail address that what readers report as wrong goes to; unset: the form is not offered, save in a "
            "demonstration"
        ),
        "ALUNITE_DEMO": "Set by `alunite demo` for its own server and worker; never set it yourself",
        "ALUNITE_DECISION_DAYS": "Days a proposal that needs a second person waits for one before it lapses",
        "ALUNITE_HOME": "Data folder: database (SQLite), files, mail, public keys, checkpoints. Back it up whole",
        "ALUNITE_LOG_LEVEL": (
            "Least important log line written to standard error: `DEBUG` to `CRITICAL`; unset: `INFO` on https, else "
            "`WARNING`. `DEBUG` shows personal values and is for one's own machine"
        ),
        "ALUNITE_LOG_STYLE": "`json` (one object a line) or `text` (key=value); unset: `json` on https, else `text`",
        "ALUNITE_MAIL_FROM": "Address mail is sent from, such as `Register <no-reply@register.example.org>`",
        "ALUNITE_MAIL_KEPT_DAYS": "Days after which mail that was sent or given up is removed",
        "ALUNITE_MAIL_URL": (
            "Mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://host:465` (TLS); unset: mail is "
            "written into files in `ALUNITE_HOME/mail`"
        ),
        "ALUNITE_MASTER_KEY": (
            "The secret everything else is derived from: at least 32 random characters, or the path of a file that "
            "holds them, never inside `ALUNITE_HOME`. Unset: a file that `alunite init` made in the user's "
            "configuration folder"
        ),
        "ALUNITE_METRICS_TOKEN": (
            "Who sends `Authorization: Bearer` with it sees `/metrics`; at least 20 random characters. Unset: only this "
            "machine itself, and nobody through a proxy"
        ),
        "ALUNITE_OIDC_CLIENT_ID": "Name this site has at the single sign-on provider",
        "ALUNITE_OIDC_CLIENT_SECRET": "Secret that goes with it",
        "ALUNITE_OIDC_NAME": "What people call the provider, on the button that signs in by it",
        "ALUNITE_OIDC_SERVER": "Address of an OpenID Connect provider; unset: no single sign-on",
        "ALUNITE_ORIGIN": "Address people reach the site by; with `https` cookies, redirects and HSTS become strict",
        "ALUNITE_REVIEW_DAYS": (
            "Days after which a role that nobody confirmed is to be looked at, and a reminder goes out; `0`: never"
        ),
        "ALUNITE_SECOND_FACTOR": (
            "`false` lets people of the Secretariat go on without a second factor; a demonstration always does"
        ),
        "ALUNITE_WEB_LOCK_SECONDS": (
            "How long a page waits for its turn to write on SQLite before it says that the database is busy; "
            "commands wait 20 seconds"
        ),
        "ALUNITE_TODAY": "A day (`2026-11-22`) to take for today, for demonstrations and tests only",
        "DATABASE_URL": "`postgresql://user:password@host:port/name`; unset: SQLite in `ALUNITE_HOME`",
        "XDG_CONFIG_HOME": "The user's configuration folder, by the XDG base directory convention",
    }
)
READ_IN = ("alunite/config/settings.py", "alunite/foundation/keys/installation.py")


class NotYetError(Exception):
    """The code a part is made from is not there."""


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def attribute_of(path: str) -> Any:
    module_name, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module_name), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise NotYetError(f"{path} is missing: {error}") from error


def _variables_read(path: Path) -> Iterator[tuple[str, str]]:
    """Give each environment variable a file reads, and its default where that is a literal."""
    tree = ast.parse(path.read_text("utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            argument, default = node.slice, None
        elif isinstance(node, ast.Call) and re.match(r"(env|os\.environ)\.\w+$|os\.getenv$", ast.unparse(node.func)):
            if not node.args:
                continue
            argument, default = node.args[0], node.args[1] if len(node.args) > 1 else None
        else:
            continue
        name = argument.value if isinstance(argument, ast.Constant) else constants.get(ast.unparse(argument))
        if isinstance(name, str):
            yield name, str(default.value) if isinstance(default, ast.Constant) and default.value != "" else ""


def settings() -> str:
    read: dict[str, str] = {}
    for name in READ_IN:
        for variable, default in _variables_read(ROOT / name):
            read[variable] = read.get(variable) or default
    if strange := sorted(read.keys() ^ VARIABLES.keys()):
        raise NotYetError(f"VARIABLES in scripts/docs.py and {' and '.join(READ_IN)} differ in: {', '.join(strange)}")
    rows = [
        (
            f"`{name}`",
            f"`{default.lower() if default in {'True', 'False'} else default}`" if default else "unset",
            VARIABLES[name],
        )
        for name, default in sorted(read.items())
    ]
    return table(("Variable", "Default", "Meaning"), rows)


def commands() -> str:
    import click  # noqa: PLC0415  (only this part needs it)

    program: click.Command = attribute_of("alunite.config.command_line.alunite")

    def pages(command: click.Command, name: str, above: click.Context | None) -> Iterator[str]:
        # A fixed width and name, so that the terminal at hand changes nothing.
        context = click.Context(command, info_name=name, parent=above, terminal_width=96, max_content_width=96)
        if not command.hidden:
            yield f"### `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```\n"
            if isinstance(command, click.Group):
                for inner in command.list_commands(context):
                    found = command.get_command(context, inner)
                    if found:
                        yield from pages(found, inner, context)

    return "\n".join(pages(program, "alunite", None))


def scheme_fields() -> str:
    return str(attribute_of("alunite.foundation.scheme.docs.field_tables")())


def reactions() -> str:
    rows = attribute_of("alunite.foundation.history.reactions.reaction_table")()
    if not rows:
        return "No room reacts to an event yet.\n"
    return table(("Event", "Room", "Reaction"), [tuple(f"`{cell}`" for cell in row) for row in rows])


def import_columns() -> str:
    kinds = attribute_of("alunite.foundation.importing.kinds.import_kinds")()
    return "\n".join(
        f"**{kind.name}**, known by `{kind.key_name}`\n\n"
        + table(
            ("Column", "Needed", "Holds"),
            [
                (
                    f"`{column.name}`",
                    "yes" if column.required else "",
                    str(column.parse.__doc__ or "").split("\n")[0]
                    + (f" A key of {column.refers_to}." if column.refers_to else ""),
                )
                for column in kind.columns
            ],
        )
        for kind in kinds
    )


def data_dictionary() -> str:
    return str(attribute_of("alunite.foundation.publications.dictionary.dictionary_tables")())


def personal_data() -> str:
    return str(attribute_of("alunite.foundation.accounts.inventory.inventory_table")())


def public_urls() -> str:
    from django.urls import URLPattern, URLResolver, get_resolver  # noqa: PLC0415  (after Django is set up)

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            path = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            else:
                yield path, str(pattern.name or "")

    rows = [
        (f"`/{path}`", f"`{name}`" if name else "")
        for path, name in sorted(set(walk(get_resolver().url_patterns, "")))
        if not path.startswith(LEFT_OUT_OF_URLS)
    ]
    return table(("Address", "Name in the code"), rows)


# Every part there is. Each stands on some page: a part on none is a page not written yet.
PARTS: MappingProxyType[str, Callable[[], str]] = MappingProxyType(
    {
        "settings": settings,
        "commands": commands,
        "scheme-fields": scheme_fields,
        "reactions": reactions,
        "import-columns": import_columns,
        "data-dictionary": data_dictionary,
        "public-urls": public_urls,
        "personal-data": personal_data,
    }
)


def parts_in(text: str) -> list[re.Match[str]]:
    return [match for match in PART.finditer(text) if match["name"]]


def rewritten(text: str, made: dict[str, str]) -> str:
    """Put each part's text between its comments."""
    return PART.sub(
        lambda match: (
            f"{match['open']}{made[match['name']].strip()}\n{match['close']}" if match["name"] in made else match[0]
        ),
        text,
    )


def faults_of(page: str, text: str, made: dict[str, str]) -> list[str]:
    """Say how the generated parts of one page differ from what the code says."""
    said = [
        f"{page}: there is no part {match['name']}; there are {', '.join(PARTS)}"
        for match in parts_in(text)
        if match["name"] not in PARTS
    ]
    if OPENING.search(PART.sub("", text)):
        said.append(f"{page}: a generated part does not end with <!-- /generated -->")
    fresh = rewritten(text, made)
    if fresh != text:
        lines = difflib.unified_diff(text.splitlines(), fresh.splitlines(), page, "the code", lineterm="", n=1)
        said.append("\n".join(lines))
    return said


def make(names: set[str]) -> tuple[dict[str, str], list[str]]:
    made, said = {}, []
    for name in sorted(names & PARTS.keys()):
        try:
            made[name] = PARTS[name]()
        except NotYetError as error:
            said.append(f"{name}: {error}")
    return made, said


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare or write the generated parts of the documentation.")
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--check", action="store_true")
    either.add_argument("--write", action="store_true")
    options = parser.parse_args()

    import django  # noqa: PLC0415  (the settings in the environment decide what it reads)

    django.setup()
    pages = {path: path.read_text("utf-8") for path in sorted(DOCS.glob("**/*.md"))}
    asked = {match["name"] for text in pages.values() for match in parts_in(text)}
    made, said = make(asked)
    said += [f"{name}: no page under docs/ asks for this part" for name in PARTS if name not in asked]
    for path, text in pages.items():
        shown = str(path.relative_to(ROOT))
        if options.write and (fresh := rewritten(text, made)) != text:
            path.write_text(fresh, "utf-8")
            print(f"wrote {shown}")
        said += faults_of(shown, path.read_text("utf-8"), made)
    for line in said:
        print(line)
    return bool(said)


if __name__ == "__main__":
    sys.exit(main())
