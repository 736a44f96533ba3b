from __future__ import annotations

import pytest

from tests.cast import cast  # noqa: F401, a fixture


@pytest.fixture
def scheme(adopted_scheme):
    """Work under ASI's scheme."""
