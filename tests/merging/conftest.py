from __future__ import annotations

import pytest
from django.conf import settings

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from tests.cast import cast  # noqa: F401, a fixture


@pytest.fixture
def scheme(db):
    adopt_pack(settings.REPOSITORY / "schemes" / "asi", actor=OPERATOR)
