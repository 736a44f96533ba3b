from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_words

SCHEME = """
activities:
  - {id: gem_cutting, label: Gem cutting}
classes:
  - {id: friends, label: Friends}
families:
  - {id: qs, label: Quality}
versions:
  - {id: qs-2, label: Quality V2}
"""


@pytest.fixture
def schemes(tmp_path: Path) -> Path:
    folder = tmp_path / "schemes" / "stones"
    folder.mkdir(parents=True)
    (folder / "scheme.yaml").write_text(SCHEME)
    return tmp_path / "schemes"


def found(tmp_path: Path, schemes: Path, text: str) -> list[str]:
    page = tmp_path / "page.html"
    page.write_text(text)
    return [line.partition("page.html:")[2] for line in check_words.faults([page], schemes)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("one\ntwo gem_cutting", "2: gem_cutting"),
        ("our Friends", "1: Friends"),
        ("version = 'qs-2'", "1: qs-2"),
        ("family = 'qs'", "1: 'qs'"),
        ("<p>gem\n   CUTTING</p>", "1: gem CUTTING"),
        ("the ASI office", "1: ASI"),
        ("Smelters", "1: Smelters"),
    ],
)
def test_a_planted_word_is_found(tmp_path, schemes, text, word):
    (line,) = found(tmp_path, schemes, text)
    assert line.startswith(f"{word} (")


@pytest.mark.parametrize("text", ["basis", "befriends", "qs is short", "gem", "cutting gems", "alumina_store"])
def test_parts_of_words_are_left_alone(tmp_path, schemes, text):
    assert found(tmp_path, schemes, text) == []
