"""Keep the catalogues of translated texts: what stands in the code and templates, and what each language says for it.

    .venv/bin/python scripts/messages.py --write      take up new texts, drop those that are gone
    .venv/bin/python scripts/messages.py --check      say what is missing, doubtful or not taken up
    .venv/bin/python scripts/messages.py --compile    make the files that pages are translated by

Babel does all of it, so that nobody needs the tools of GNU gettext. Compiled catalogues are built, never committed.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "alunite"
LOCALE = PACKAGE / "locale"
# Tests translate nothing, and migrations are never seen.
LEFT_OUT = frozenset({"tests", "migrations"})

Spec = tuple[int | tuple[int, str], ...] | None
_PLURAL: Spec = (1, 2)
_CONTEXT: Spec = ((1, "c"), 2)
_BOTH: Spec = ((1, "c"), 2, 3)
KEYWORDS = MappingProxyType(
    {
        "_": None,
        "gettext": None,
        "gettext_lazy": None,
        "gettext_noop": None,
        "ngettext": _PLURAL,
        "ngettext_lazy": _PLURAL,
        "pgettext": _CONTEXT,
        "pgettext_lazy": _CONTEXT,
        "npgettext": _BOTH,
        "npgettext_lazy": _BOTH,
    }
)

# Calls as Django writes them for a template: one line each, every text as a Python literal.
_LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_CALL = re.compile(rf"(?<!\w)(?P<name>_|n?p?gettext)\(\s*(?P<texts>(?:{_LITERAL})(?:\s*,\s*(?:{_LITERAL}))*)")
PLACEHOLDER = re.compile(r"%\((\w+)\)([sdifr])|(?<!%)%([sd])|\{(\w*)\}")


def texts_of(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], str | None, list[str]]]:
    """Give each text a file marks: line, text or its forms, context, remarks for whoever translates."""
    if path.suffix == ".py":
        for line, text, remarks, context in extract_from_file(
            "python", str(path), keywords=dict(KEYWORDS), comment_tags=["Translators:"], strip_comment_tags=True
        ):
            yield line, text, context, remarks
        return
    for line, row in enumerate(templatize(path.read_text("utf-8"), origin=str(path)).splitlines(), 1):
        for call in _CALL.finditer(row):
            given = ast.literal_eval(f"({call['texts']},)")
            context, *forms = given if "p" in call["name"].removesuffix("gettext") else (None, *given)
            yield line, forms[0] if len(forms) == 1 else tuple(forms), context, []


def sources() -> list[Path]:
    found = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.txt")]
    return sorted(path for path in found if not LEFT_OUT & set(path.relative_to(PACKAGE).parts))


def extracted() -> Catalog:
    """Return a catalogue of every text that is marked, with the files it stands in."""
    catalogue = Catalog(charset="utf-8")
    for path in sources():
        for _line, text, context, remarks in texts_of(path):
            # Without line numbers: a line moved elsewhere in a file is no change of the catalogue.
            place = [(path.relative_to(ROOT).as_posix(), 0)]
            catalogue.add(text, locations=place, auto_comments=remarks, context=context)
    return catalogue


def paths() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain="django", abort_invalid=True)


def updated(old: Catalog, marked: Catalog) -> Catalog:
    """Return a catalogue of what is marked now, with the translations of before."""
    new = Catalog(
        locale=old.locale,
        charset="utf-8",
        domain="django",
        fuzzy=False,
        header_comment="# Alunite in another language. docs/explanation/languages.md says how it is kept.",
    )
    for message in marked:
        if not message.id:
            continue
        known = old.get(message.id, message.context)
        string = known.string if known is not None and _has_same_form(message, known) else None
        flags = known.flags & {"fuzzy"} if known is not None else set()
        new.add(
            message.id,
            string,
            locations=[(path, 0) for path in sorted({path for path, _ in message.locations})],
            flags=message.flags | flags,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known is not None else [],
            context=message.context,
        )
    return new


def _has_same_form(message: Message, known: Message) -> bool:
    return isinstance(message.id, tuple) == isinstance(known.id, tuple)


def written(catalogue: Catalog) -> str:
    """Return a catalogue as it stands in its file: in the order of its files, without dates that change by themselves."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=120, omit_header=True, sort_by_file=True, include_lineno=False)
    plural = f"nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};"
    head = (
        f"{catalogue.header_comment}\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {plural}\\n"\n\n'
    )
    return head + stream.getvalue().decode()


def placeholders(text: str) -> set[str]:
    """Return what a text leaves open, each by its name.

    >>> sorted(placeholders("%(count)d of {total}, 100 %%"))
    ['count', 'total']
    """
    return {next(name for name in found if name is not None) for found in _found(text)}


def _found(text: str) -> Iterator[tuple[str | None, ...]]:
    for match in PLACEHOLDER.finditer(text):
        yield match[1], match[3], match[4]


def faults_of(catalogue: Catalog) -> Iterator[str]:
    """Give each text that is not translated, in doubt, or that leaves open something else than the text it stands for."""
    for message in catalogue:
        if not message.id:
            continue
        sources_ = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string or [])
        named = f"{message.locations[0][0] if message.locations else '?'}: {sources_[0]!r}"
        wanted = 1 if isinstance(message.id, str) else catalogue.num_plurals
        if len([text for text in strings if text]) < wanted:
            yield f"{named} is not translated"
            continue
        if message.fuzzy:
            yield f"{named} is marked as doubtful (fuzzy)"
        allowed = set().union(*(placeholders(text) for text in sources_))
        for text in strings:
            given = placeholders(text)
            # One of several forms may leave out the number: “one line” for 1.
            missing = allowed - given if len(strings) == 1 else set.intersection(*map(placeholders, sources_)) - given
            if given - allowed or missing:
                yield f"{named} leaves open {sorted(allowed)}, its translation {sorted(given)}"
            if text.endswith("\n") != sources_[-1].endswith("\n"):
                yield f"{named}: only one of the two ends in a new line"


def faults() -> list[str]:
    """Return everything that keeps a catalogue from being complete."""
    marked = extracted()
    said = []
    for path in paths():
        told = path.read_text("utf-8")
        catalogue = updated(read(path), marked)
        if told != written(catalogue):
            said.append(f"{path.relative_to(ROOT)}: not what the code says; run `make messages`")
        said += [f"{path.relative_to(ROOT)}: {fault}" for fault in faults_of(catalogue)]
    return said


def write() -> None:
    marked = extracted()
    for path in paths():
        path.write_text(written(updated(read(path), marked)), "utf-8")


def compiled(path: Path) -> bytes:
    """Return what pages are translated by: of one catalogue always the same bytes, so without the time of day."""
    catalogue = read(path)
    catalogue.creation_date = catalogue.revision_date = datetime.fromtimestamp(0, UTC)
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def compile_all() -> None:
    """Write what pages are translated by, whole or not at all."""
    for path in paths():
        draft = path.with_suffix(".draft")
        draft.write_bytes(compiled(path))
        draft.replace(path.with_suffix(".mo"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="take up what the code says now")
    what.add_argument("--check", action="store_true", help="say what is missing, and fail if anything is")
    what.add_argument("--compile", action="store_true", help="make the files that pages are translated by")
    options = parser.parse_args()
    if options.compile:
        compile_all()
        return 0
    if options.write:
        write()
    said = faults()
    for line in said:
        print(line)
    return bool(said) and options.check


if __name__ == "__main__":
    sys.exit(main())
