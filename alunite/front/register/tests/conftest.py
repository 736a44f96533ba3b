from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from alunite.front.register.tests import world
from tests import databases


@pytest.fixture(scope="session")
def sample_database(template_database: databases.Copies, django_db_blocker: Any) -> Iterator[databases.Copies]:
    """Take up the real samples once a session, into a database that is never written to again."""
    with django_db_blocker.unblock():
        template_database.copy("template", world.LABEL)
        with databases.pointed_at(template_database, world.LABEL):
            world.take_up_samples()
            template_database.close()
        yield template_database
        template_database.drop(world.LABEL)


@pytest.fixture
def samples(sample_database: databases.Copies, django_db_blocker: Any, own_home: Path) -> Iterator[None]:
    """Work on the real samples, and undo what the test writes."""
    with django_db_blocker.unblock(), databases.pointed_at(sample_database, world.LABEL), world.undone():
        yield


@pytest.fixture
def scheme(db: None) -> None:
    world.adopt()


@pytest.fixture
def take_up(scheme: None, tmp_path: Path) -> Any:
    return partial(world.take_up, tmp_path)
