from __future__ import annotations

import pytest

from alunite.programme.assessments.models import Assessment
from alunite.programme.assessments.tests.made import make_assessment
from tests.cast import Cast, cast

__all__ = ["cast"]


@pytest.fixture
def assessment(cast: Cast) -> Assessment:
    return make_assessment(cast)
