"""Whatever way a value is written, it is RFC 8785 as its reference implementation has it."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from alunite.foundation.core.canonical import canonical_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(value=VALUES)
def test_it_is_the_reference_implementations_form_byte_for_byte(value):
    assert canonical_json(value) == rfc8785.dumps(value)


def test_names_are_sorted_by_utf_16_as_the_rfc_asks():
    # RFC 8785, 3.2.3: U+1F600 comes before U+FB33, since its first half is U+D83D.
    assert canonical_json({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


def test_controls_are_written_as_the_rfc_has_them():
    assert canonical_json('\x00\x08\t\n\x0c\r\x1f"\\/\x7f') == b'"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/\x7f"'


@pytest.mark.parametrize(
    "value", [2**53, float("nan"), float("inf"), "\ud800", {"a": ["\udfff"]}, {1: 2}, {"a": object()}]
)
def test_what_json_has_no_form_for_is_refused(value):
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json(value)
