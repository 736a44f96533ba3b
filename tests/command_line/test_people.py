"""`alunite user add`: an account whose password is shown once."""

from __future__ import annotations

import pytest

from tests.machine import contents


def test_a_person_is_added_with_a_password_shown_once(sampled):
    made = sampled.done("user", "add", "somebody", "--name", "Some Body", "--email", "s@example.org")
    assert set(made) == {"username", "password"}
    assert made["username"] == "somebody"
    assert len(made["password"]) >= 12
    assert not any(made["password"].encode() in content for content in contents(sampled.home).values())


@pytest.mark.parametrize("again", ["somebody", "SomeBody", " somebody "])
def test_a_name_is_given_once_whatever_its_case(sampled, again):
    sampled.done("user", "add", "somebody")
    [fault] = sampled.refused("user", "add", again)["faults"]
    assert fault["field"] == "username"


@pytest.mark.parametrize(("name", "email"), [("", ""), ("two words", ""), ("x" * 200, ""), ("fine", "no address")])
def test_a_name_or_address_that_cannot_be_is_refused_by_field(made, name, email):
    [fault] = made.refused("user", "add", name, "--email", email)["faults"]
    assert fault["field"] == ("email" if email else "username")
    assert fault["expected"]
