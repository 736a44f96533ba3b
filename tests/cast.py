"""The cast of design.md in tests: made by the real actions, signed in by the real form.

A folder's `conftest.py` imports the fixture: ``from tests.cast import cast``. A test gets whoever it asks for::

    def test_the_stranger_sees_nothing(cast):
        assert cast["stranger"].get("/imports/").status_code == 404
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

import pytest
from django.test import Client

from alunite.foundation.accounts.actions import Credentials, add_cast
from alunite.foundation.accounts.cast import CAST
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR, PUBLIC, Actor, actor_for

PLAYERS = tuple(player.username for player in CAST)
THE_PUBLIC = "public"
EVERYBODY = (*PLAYERS, THE_PUBLIC)


def sign_in(credentials: Credentials, **extra: str) -> Client:
    """Sign in by the form, as a browser would, and give the client."""
    client = Client(**extra)
    answer = client.post("/account/login/", {"login": credentials.username, "password": credentials.password})
    assert answer.status_code == HTTPStatus.FOUND, f"{credentials.username} could not sign in"
    return client


@dataclass
class Cast:
    """Clients, people and actors of the cast by name; `public` is nobody signed in."""

    credentials: dict[str, Credentials]
    clients: dict[str, Client] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = Client() if name == THE_PUBLIC else sign_in(self.credentials[name])
        return self.clients[name]

    def person(self, name: str) -> Person:
        return Person.objects.get(username=name)

    def actor(self, name: str) -> Actor:
        return PUBLIC if name == THE_PUBLIC else actor_for(self.person(name))

    def organisation(self, name: str) -> Organisation:
        return Organisation.objects.filter(affiliations__person__username=name).distinct().get()


def make_cast() -> Cast:
    """Make the cast in the database at hand."""
    return Cast({made.username: made for made in add_cast(actor=OPERATOR)})


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()
