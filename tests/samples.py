"""The real samples, taken up once a worker: fixtures for every test, loaded by the root `conftest.py`.

One definition only: a session fixture imported into a second module would make its database a second time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from alunite.front.register.tests import world
from tests import databases

LABEL = f"register_samples_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


ADOPTED = f"adopted_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def adopted_database(template_database: databases.Copies, django_db_blocker: Any) -> Iterator[databases.Copies]:
    """Adopt the scheme once a session, into a database whose tests roll back; to publish a pack takes half a second."""
    with django_db_blocker.unblock():
        template_database.copy("template", ADOPTED)
        with databases.pointed_at(template_database, ADOPTED):
            world.adopt()
            template_database.close()
        yield template_database
        template_database.drop(ADOPTED)


@pytest.fixture(autouse=True)
def which_database(request: pytest.FixtureRequest, own_home: Any) -> Iterator[None]:
    """Point a test that asks for `adopted_scheme` at its database, before the transaction of `db` begins there."""
    if "adopted_scheme" not in request.fixturenames:
        yield
        return
    if request.node.get_closest_marker("django_db"):
        pytest.fail("the mark django_db begins its transaction before adopted_scheme can choose the database; use db")
    with databases.pointed_at(request.getfixturevalue("adopted_database"), ADOPTED):
        yield


@pytest.fixture
def adopted_scheme(which_database: None, db: None) -> None:
    """Work where ASI's scheme is in force and nothing else was published, and undo what the test writes."""


@pytest.fixture(scope="session")
def sample_database(template_database: databases.Copies, django_db_blocker: Any) -> Iterator[databases.Copies]:
    """Take up the real samples once a session, into a database that is never written to again."""
    with django_db_blocker.unblock():
        template_database.copy("template", LABEL)
        with databases.pointed_at(template_database, LABEL):
            world.take_up_samples()
            template_database.close()
        yield template_database
        template_database.drop(LABEL)


@pytest.fixture
def samples(sample_database: databases.Copies, django_db_blocker: Any, own_home: Any) -> Iterator[None]:
    """Work on the real samples, and undo what the test writes."""
    with django_db_blocker.unblock(), databases.pointed_at(sample_database, LABEL), world.undone():
        yield


FACT_LABEL = f"register_facts_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def fact_database(
    template_database: databases.Copies, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[databases.Copies]:
    """Take up real rows of all kinds once a session; of the thousands of quantities only those tests speak of."""
    with django_db_blocker.unblock():
        template_database.copy("template", FACT_LABEL)
        with databases.pointed_at(template_database, FACT_LABEL):
            world.take_up_facts(tmp_path_factory.mktemp("facts"))
            template_database.close()
        yield template_database
        template_database.drop(FACT_LABEL)


@pytest.fixture
def facts(fact_database: databases.Copies, django_db_blocker: Any, own_home: Any) -> Iterator[None]:
    """Work on real rows of all kinds, and undo what the test writes."""
    with django_db_blocker.unblock(), databases.pointed_at(fact_database, FACT_LABEL), world.undone():
        yield
