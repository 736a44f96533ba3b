"""Signing in while somebody else keeps the database: a readable page that says when to try again."""

from __future__ import annotations

from django.db import OperationalError
from django.test import Client

from alunite.foundation.accounts import adapter
from alunite.foundation.accounts.actions import add_person
from alunite.foundation.accounts.policies import OPERATOR


def locked(*_, **__):
    cause = OperationalError("database is locked")
    cause.sqlite_errorcode, cause.sqlstate = 5, "55P03"
    raise OperationalError("database is locked") from cause


def test_signing_in_during_a_lock_says_so_and_when_to_try_again(db, monkeypatch, caplog):
    someone = add_person("someone", actor=OPERATOR)
    monkeypatch.setattr(adapter.sign_ins, "signed_in", locked)
    client = Client(raise_request_exception=False)
    answer = client.post("/account/login/", {"login": "someone", "password": someone.password})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Try again in half a minute" in answer.content.decode()
    assert "<h1>" in answer.content.decode()
    monkeypatch.undo()
    assert client.get("/account/").status_code == 302, "nobody is half signed in"


def test_another_fault_of_the_database_stays_ours(db, monkeypatch):
    def broken(*_, **__):
        raise OperationalError("disk full")

    someone = add_person("someone", actor=OPERATOR)
    monkeypatch.setattr(adapter.sign_ins, "signed_in", broken)
    client = Client(raise_request_exception=False)
    assert client.post("/account/login/", {"login": "someone", "password": someone.password}).status_code == 500
