"""Text as people type it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alunite.foundation.core.canonical import canonical_json, digest, sha256_hex
from alunite.foundation.core.text import SLUG_LENGTH, fold, slugify, words


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Gränges Finspång", "granges-finspang"),
        ("Speedline Aluminium-Gießerei GmbH", "speedline-aluminium-giesserei-gmbh"),
        ("Mosjøen, Łódź, Dilovası, Ærø", "mosjoen-lodz-dilovasi-aero"),
        ("../../etc/passwd", "etc-passwd"),
        ("中国铝业", "record"),
        ("", "record"),
    ],
)
def test_a_slug_is_plain_letters_digits_and_hyphens(text, slug):
    assert slugify(text) == slug


@given(st.text())
def test_every_text_has_a_slug_that_fits_an_address(text):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugify(text))
    assert len(slugify(text)) <= SLUG_LENGTH


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)
    assert words(" ".join(words(text))) == words(text)


def test_canonical_json_is_the_one_of_rfc_8785():
    # RFC 8785, section 3.2.3: members are ordered by their names, whatever the order they were given in.
    assert canonical_json({"b": [1, True, None], "a": "€"}) == '{"a":"€","b":[1,true,null]}'.encode()
    assert digest({"a": 1}) == sha256_hex(b'{"a":1}')
