"""Signing in while somebody else keeps the database: a readable page that says when to try again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest
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


SIGN_IN_BY_A_WORKER = """
import io, os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "alunite.config.settings"
from django.conf import settings
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}  # nothing is collected here
from alunite.config.wsgi import application

asked = {"REQUEST_METHOD": "POST", "PATH_INFO": "/account/login/", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
asked |= {"wsgi.input": io.BytesIO(b"login=a&password=b"), "CONTENT_LENGTH": "18", "wsgi.url_scheme": "http"}
asked |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "REMOTE_ADDR": "127.0.0.1"}
asked |= {"wsgi.errors": sys.stderr}
asked |= {"HTTP_COOKIE": "csrftoken=" + "a" * 32, "HTTP_X_CSRFTOKEN": "a" * 32}
began = time.monotonic()
application(asked, lambda status, headers, fault=None: print(status.split()[0], end=" "))
print(time.monotonic() - began)
"""


@pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="PostgreSQL locks rows, and nobody waits")
def test_a_page_does_not_wait_as_long_as_a_command(committed_db):
    add_person("a", actor=OPERATOR)
    with sqlite3.connect(committed_db.name, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        environment = {**committed_db.environment, "ALUNITE_WEB_LOCK_SECONDS": "0.2"}
        said = subprocess.run(
            [sys.executable, "-c", SIGN_IN_BY_A_WORKER], env=environment, capture_output=True, text=True, check=False
        )
        other.execute("ROLLBACK")
    assert said.returncode == 0, said.stderr
    status, seconds = said.stdout.split()
    assert status == "503"
    assert 0.2 <= float(seconds) < 10, "a command waits 20"


def test_another_fault_of_the_database_stays_ours(db, monkeypatch):
    def broken(*_, **__):
        raise OperationalError("disk full")

    someone = add_person("someone", actor=OPERATOR)
    monkeypatch.setattr(adapter.sign_ins, "signed_in", broken)
    client = Client(raise_request_exception=False)
    assert client.post("/account/login/", {"login": "someone", "password": someone.password}).status_code == 500
