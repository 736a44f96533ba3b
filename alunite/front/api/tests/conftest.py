"""The samples of all kinds: the API gives out more than the register lists."""

from __future__ import annotations

import pytest
from django.conf import settings

from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import import_files
from alunite.front.register.tests import world
from tests import databases
from tests.samples import LABEL

WHOLE = LABEL.replace("register_samples", "all_samples")
PAGES = settings.REPOSITORY / "samples" / "public-pages"
KINDS = ("facilities", "audits", "findings", "yearly")


@pytest.fixture(scope="session")
def whole_database(sample_database, django_db_blocker):
    """Take up the samples of the other kinds once a session, into a database that is never written to again."""
    with django_db_blocker.unblock():
        sample_database.copy(LABEL, WHOLE)
        with databases.pointed_at(sample_database, WHOLE):
            result = import_files([(kind, PAGES / f"{kind}.csv") for kind in KINDS], actor=IMPORTER)
            assert not result.faults, result.faults
            sample_database.close()
        yield sample_database
        sample_database.drop(WHOLE)


@pytest.fixture
def samples(whole_database, django_db_blocker, own_home):
    """Work on the samples of all kinds, and undo what the test writes."""
    with django_db_blocker.unblock(), databases.pointed_at(whole_database, WHOLE), world.undone():
        yield
