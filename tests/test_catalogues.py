"""Every text is translated into every language, and no text of a page escapes translation."""

from __future__ import annotations

import importlib.util
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "alunite" / "templates"


def _messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_script", ROOT / "scripts" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


messages = _messages()


def test_every_text_stands_in_every_catalogue_translated_and_with_the_same_gaps():
    assert messages.faults() == []


def test_what_marks_a_text_is_called_by_a_name_the_search_knows():
    strange = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in sorted((ROOT / "alunite").glob("**/*.py"))
        for found in re.finditer(r"\bn?p?gettext(?:_lazy|_noop)? as (\w+)", path.read_text("utf-8"))
        if found[1] not in messages.KEYWORDS
    ]
    assert strange == [], "its texts stand in no catalogue; import it by its own name, or as _"


def test_every_language_but_english_has_a_catalogue_and_it_is_compiled_as_it_stands():
    wanted = {code for code, _ in settings.LANGUAGES if not code.startswith("en")}
    assert {path.parent.parent.name for path in messages.paths()} == wanted
    for path in messages.paths():
        assert path.with_suffix(".mo").read_bytes() == messages.compiled(path), "run `make setup`"


def catalogue(*rows: tuple[Any, Any]) -> Catalog:
    made = Catalog(locale="fr")
    for text, translated in rows:
        made.add(text, translated)
    return made


@pytest.mark.parametrize(
    ("text", "translated", "said"),
    [
        ("One", "", "is not translated"),
        (("%(n)s day", "%(n)s days"), ("%(n)s jour", ""), "is not translated"),
        ("By %(who)s", "Par %(qui)s", "leaves open ['who'], its translation ['qui']"),
        ("By %(who)s", "Par", "leaves open ['who'], its translation []"),
        ("By {who}", "Par {qui}", "leaves open ['who'], its translation ['qui']"),
        ("%d of %(all)s", "%(all)s", "leaves open"),
    ],
)
def test_what_is_amiss_with_a_translation_is_said(text, translated, said):
    (fault,) = messages.faults_of(catalogue((text, translated)))
    assert said in fault


def test_a_doubtful_translation_is_said():
    made = catalogue(("One", "Un"))
    made.get("One").flags.add("fuzzy")
    (fault,) = messages.faults_of(made)
    assert "fuzzy" in fault


def test_one_of_several_forms_may_leave_out_the_number():
    assert list(messages.faults_of(catalogue((("One day", "%(n)s days"), ("Un jour", "%(n)s jours"))))) == []


# What every reader reads the same: names, and words of formats.
THE_SAME_EVERYWHERE = {
    "Alunite": "its name",
    "CSV": "a format",
    "JSON": "a format",
    "XLSX": "a format",
    "Parquet": "a format",
    "SHA-256": "a format",
    "UTC": "a zone",
    "OpenAPI": "a format",
    "ETag": "a format",
    "Atom": "a format",
    "SVG": "a format",
    "PNG": "a format",
    "GeoJSON": "a format",
    "Excel": "a format",
    "PDF": "a format",
    "BibTeX": "a format",
    "iCal": "a format",
}
SHOWN = {"title", "alt", "aria-label", "placeholder", "data-head", "content"}
# Their text is no text: code, styles, scripts, what is not shown.
CODE = {"code", "pre", "script", "style", "kbd", "samp"}
# A block that stands inside of a tag of the page it fills.
ATTRIBUTE = re.compile(r'[a-z-]+="[^"]*"')
WORD = re.compile(r"[^\W\d_]{2,}")


class Texts(HTMLParser):
    """The texts of a template that stand outside of tags for translation."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside_code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside_code += tag in CODE
        given = dict(attrs)
        for name, value in attrs:
            if name in SHOWN and value and not (name == "content" and given.get("name") != "description"):
                self.found.append(value)

    def handle_endtag(self, tag: str) -> None:
        self.inside_code -= tag in CODE

    def handle_data(self, data: str) -> None:
        if not self.inside_code:
            self.found.append(data)


def literals(source: str) -> list[str]:
    """Return the words of a template that no translation reaches."""
    kept, skipped_until = [], ""
    for token in Lexer(source).tokenize():
        word = token.contents.split()[0] if token.token_type is TokenType.BLOCK else ""
        if skipped_until:
            skipped_until = "" if word == skipped_until else skipped_until
        elif word in {"blocktranslate", "blocktrans", "comment"}:
            skipped_until = f"end{word}"
        # A tag stands for what it writes, which is no word of the template.
        kept.append(token.contents if token.token_type is TokenType.TEXT and not skipped_until else "\n")
    parser = Texts()
    parser.feed("".join(kept))
    lines = [line.strip() for text in parser.found for line in text.splitlines()]
    return [line for line in lines if WORD.search(_left(line))]


def _left(line: str) -> str:
    line = ATTRIBUTE.sub("", line)
    for word in THE_SAME_EVERYWHERE:
        line = re.sub(rf"\b{re.escape(word)}\b", "", line)
    return line


def test_no_text_of_a_page_stands_outside_of_translation():
    said = [
        f"{path.relative_to(ROOT)}: {text!r}"
        for path in sorted(TEMPLATES.rglob("*"))
        if path.suffix in {".html", ".txt"}
        for text in literals(path.read_text("utf-8"))
    ]
    assert said == [], "put it into {% translate %}, or say in THE_SAME_EVERYWHERE why every language writes it so"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{% translate 'Hello' %}, {{ name }}</p>", []),
        ("{% blocktranslate %}Hello{% endblocktranslate %}{% comment %}words{% endcomment %}", []),
        ('<img alt="A map">', ["A map"]),
        ('<a title="{% translate "Next" %}" class="next page">→</a>', []),
        ("<code>alunite init</code> and", ["and"]),
        ('<meta name="viewport" content="width=device-width"><meta name="description" content="A list">', ["A list"]),
    ],
)
def test_the_search_for_such_texts_finds_them(source, found):
    assert literals(source) == found
