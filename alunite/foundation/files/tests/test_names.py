"""Whatever a file was called, the name it is saved under leads nowhere and opens as what it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alunite.foundation.files.media_types import MEDIA_TYPES
from alunite.foundation.files.names import LONGEST_NAME, MOST_BYTES, safe_name

ANYTHING = st.text(st.characters(codec=None), max_size=400)
ODD = st.lists(
    st.sampled_from(
        [
            "..",
            "/",
            "\\",
            ".",
            " ",
            "CON",
            "a",
            "é",
            "e\u0301",
            "\u202e",
            "\u200d",
            "\x00",
            "\ud800",
            "😀",
            ".pdf",
            '"',
            "\n",
        ]
    ),
    max_size=60,
).map("".join)


@given(ANYTHING | ODD, st.sampled_from(sorted(MEDIA_TYPES)))
@example("e\u200d\u0301" * 90, "text/plain")
@example("." * 400 + "CON.pdf", "application/pdf")
def test_a_name_is_safe_whatever_was_given(text, media_type):
    name = safe_name(text, media_type)
    assert not set(name) & set('/\\<>:"|?*')
    assert all(unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for letter in name)
    assert name == name.strip(" .") == unicodedata.normalize("NFC", name)
    assert name.casefold().endswith(MEDIA_TYPES[media_type].endings)
    assert len(name) <= LONGEST_NAME
    assert len(name.encode()) <= MOST_BYTES
    assert name.partition(".")[0].casefold() not in {"", "con", "nul", "aux", "prn", "com1", "lpt9"}
    assert safe_name(name, media_type) == name


@pytest.mark.parametrize(
    ("given_name", "media_type", "name"),
    [
        ("Politique énergie.pdf", "application/pdf", "Politique énergie.pdf"),
        ("水使用量.csv", "text/plain", "水使用量.csv"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("report.pdf", "text/plain", "report.pdf.txt"),
        ("/etc/passwd", "text/plain", "passwd.txt"),
        ("nul.txt", "text/plain", "_nul.txt"),
        ("", "image/png", "file.png"),
        (".pdf", "application/pdf", "file.pdf"),
    ],
)
def test_names_people_give_stay_as_far_as_they_can(given_name, media_type, name):
    assert safe_name(given_name, media_type) == name
