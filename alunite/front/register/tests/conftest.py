from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from alunite.front.register.tests import world


@pytest.fixture
def scheme(adopted_scheme: None) -> None:
    """Work under ASI's scheme."""


@pytest.fixture
def take_up(scheme: None, tmp_path: Path) -> Any:
    return partial(world.take_up, tmp_path)
