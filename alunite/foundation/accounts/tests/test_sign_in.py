"""Signing in by password: the right one opens, wrong ones pause, and no link leads off the site."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from alunite.foundation.accounts.actions import add_person, set_password
from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.history.models import Entry
from tests.cast import PLAYERS, sign_in

LOGIN, LOGOUT, SIGNUP, HOME = "/account/login/", "/account/logout/", "/account/signup/", "/account/"
WRONG = "not the password at all"
LIMIT = 5
HERE, ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "192.0.2.2"}


@pytest.fixture
def someone(db):
    return add_person("someone", actor=OPERATOR, display_name="Some One")


def attempt(client: Client, name: str, password: str, query: str = "", **extra):
    return client.post(LOGIN + query, {"login": name, "password": password}, **extra)


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == HTTPStatus.OK


def fail(client: Client, times: int, name: str = "someone", **extra) -> list[int]:
    return [attempt(client, name, WRONG, **extra).status_code for _ in range(times)]


@pytest.mark.parametrize("name", PLAYERS)
def test_each_of_the_cast_signs_in_and_reaches_the_account(cast, name):
    assert is_in(cast[name])


def test_the_right_password_leads_to_the_account(client, someone):
    answer = attempt(client, "someone", someone.password)
    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"] == HOME


@pytest.mark.parametrize("typed", ["SOMEONE", " Someone "])
def test_the_name_is_known_whatever_its_case(client, someone, typed):
    attempt(client, typed, someone.password)
    assert is_in(client)


@pytest.mark.parametrize(
    ("name", "password"),
    [("someone", WRONG), ("nobody", WRONG), ("", ""), ("someone", ""), ("someone\x00", WRONG), ("x" * 10_000, WRONG)],
)
def test_a_wrong_name_or_password_opens_nothing(client, someone, name, password):
    answer = attempt(client, name, password)
    assert answer.status_code == HTTPStatus.OK
    assert not is_in(client)


def test_a_wrong_name_and_a_wrong_password_get_the_same_words(db, someone):
    said = [attempt(Client(), name, WRONG).context["form"].errors for name in ("someone", "nobody")]
    assert said[0] == said[1] != {}


def test_a_closed_account_gets_the_words_of_a_wrong_password(client, someone):
    open_words = attempt(client, "someone", WRONG).context["form"].errors
    Person.objects.update(is_active=False)
    answer = attempt(client, "someone", someone.password)
    assert answer.context["form"].errors == open_words
    assert not is_in(client)


def test_closing_an_account_ends_the_session_at_once(client, someone):
    attempt(client, "someone", someone.password)
    assert is_in(client)
    Person.objects.update(is_active=False)
    assert not is_in(client)


def test_a_new_password_ends_sessions_that_began_with_the_old_one(client, someone):
    attempt(client, "someone", someone.password)
    set_password("someone", actor=OPERATOR)
    assert not is_in(client)


def test_after_five_wrong_passwords_the_right_one_does_not_open(client, someone):
    answers = fail(client, LIMIT, **HERE)
    assert answers[: LIMIT - 1] == [HTTPStatus.OK] * (LIMIT - 1)
    for password in (WRONG, someone.password):
        answer = attempt(client, "someone", password, **HERE)
        assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert "account/locked.html" in [template.name for template in answer.templates]
        assert not is_in(client)


def test_four_wrong_passwords_are_forgiven(client, someone):
    fail(client, LIMIT - 1, **HERE)
    attempt(client, "someone", someone.password, **HERE)
    assert is_in(client)


def test_the_right_password_resets_the_count(client, someone):
    for _ in range(3):
        fail(client, LIMIT - 1, **HERE)
        assert attempt(Client(), "someone", someone.password, **HERE).status_code == HTTPStatus.FOUND


def test_during_the_pause_another_address_still_opens(someone):
    fail(Client(), LIMIT + 2, **HERE)
    elsewhere = Client(**ELSEWHERE)
    assert attempt(elsewhere, "someone", someone.password).status_code == HTTPStatus.FOUND
    assert is_in(elsewhere)
    # That success elsewhere does not end the pause here.
    assert attempt(Client(), "someone", someone.password, **HERE).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_during_the_pause_another_name_still_opens_from_the_same_address(db, someone):
    other = add_person("other", actor=OPERATOR)
    fail(Client(), LIMIT + 2, **HERE)
    client = Client(**HERE)
    assert attempt(client, "other", other.password).status_code == HTTPStatus.FOUND


def test_many_names_from_one_address_do_not_add_up_to_a_pause(db, someone):
    """Locked is the pair of name and address: a shared office address is not."""
    client = Client(**HERE)
    codes = [attempt(client, f"name{number}", WRONG).status_code for number in range(LIMIT + 2)]
    assert set(codes) == {HTTPStatus.OK}


def test_tries_with_other_cases_of_a_name_count_as_the_same_name(client, someone):
    for name in ("someone", "SOMEONE", "Someone", " someone", "sOmeone"):
        attempt(client, name, WRONG, **HERE)
    answer = attempt(client, "soMeone", someone.password, **HERE)
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_another_browser_does_not_get_another_five_tries(someone):
    for number in range(LIMIT):
        attempt(Client(), "someone", WRONG, HTTP_USER_AGENT=f"browser {number}", **HERE)
    assert attempt(Client(), "someone", someone.password, **HERE).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_a_header_does_not_choose_the_address(client, someone):
    for number in range(LIMIT):
        attempt(client, "someone", WRONG, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}", **HERE)
    answer = attempt(client, "someone", someone.password, HTTP_X_FORWARDED_FOR="198.51.100.99", **HERE)
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_behind_our_proxy_the_address_is_the_one_the_proxy_saw(someone, settings):
    """The site is served on the machine's own address; without this, one stranger could lock anybody out."""
    settings.ALUNITE_BEHIND_PROXY = True
    proxy = {"REMOTE_ADDR": "127.0.0.1"}
    for number in range(LIMIT):
        # The client may write what it likes in front; the proxy adds what it saw at the end.
        attempt(Client(), "someone", WRONG, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 192.0.2.1", **proxy)
    there = attempt(Client(), "someone", someone.password, HTTP_X_FORWARDED_FOR="192.0.2.1", **proxy)
    assert there.status_code == HTTPStatus.TOO_MANY_REQUESTS
    elsewhere = attempt(Client(), "someone", someone.password, HTTP_X_FORWARDED_FOR="192.0.2.2", **proxy)
    assert elsewhere.status_code == HTTPStatus.FOUND


def test_the_pause_ends_after_a_quarter_of_an_hour(client, someone):
    fail(client, LIMIT, **HERE)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert attempt(client, "someone", someone.password, **HERE).status_code == HTTPStatus.TOO_MANY_REQUESTS
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert attempt(client, "someone", someone.password, **HERE).status_code == HTTPStatus.FOUND


def test_a_pause_for_a_name_nobody_has_looks_the_same(db, someone):
    known, unknown = Client(), Client()
    codes = [fail(known, LIMIT + 1, "someone", **HERE), fail(unknown, LIMIT + 1, "nobody", **HERE)]
    assert codes[0] == codes[1]


def test_what_is_counted_holds_no_password(client, someone):
    fail(client, LIMIT + 1, **HERE)
    assert AccessAttempt.objects.exists()
    assert WRONG not in repr(list(AccessAttempt.objects.values()))


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up_by_themselves(client, db, method):
    password = "a password long enough"
    given = {"username": "intruder", "email": "intruder@example.org", "password1": password, "password2": password}
    answer = getattr(client, method)(SIGNUP, given)
    assert "account/signup_closed.html" in [template.name for template in answer.templates]
    assert not Person.objects.exists()
    assert not Entry.objects.exists()
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https:///evil.example",
        "\thttps://evil.example",
    ],
)
def test_signing_in_never_leads_off_the_site(client, someone, target):
    answer = client.post(LOGIN, {"login": "someone", "password": someone.password, "next": target})
    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"] == HOME


def test_signing_in_leads_where_one_was_going(client, someone):
    asked = client.get("/imports/")
    assert asked["Location"] == f"{LOGIN}?next=/imports/"
    answer = attempt(client, "someone", someone.password, "?next=/imports/")
    assert answer["Location"] == "/imports/"


def test_signing_out_takes_a_post(client, someone):
    attempt(client, "someone", someone.password)
    assert client.get(LOGOUT).status_code == HTTPStatus.OK
    assert is_in(client), "a link or a picture on another site must not sign anybody out"
    assert client.post(LOGOUT)["Location"] == "/"
    assert not is_in(client)


@pytest.mark.parametrize("address", [LOGIN, LOGOUT, "/account/password/change/"])
def test_a_form_from_elsewhere_is_refused(someone, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(username="someone"))
    assert client.post(address, {"login": "someone"}).status_code == HTTPStatus.FORBIDDEN


def test_the_session_cookie_is_for_this_site_and_no_script(client, someone):
    cookie = attempt(client, "someone", someone.password).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["expires"] == cookie["max-age"] == "", "a session ends with the browser"


def test_the_session_cookie_asks_for_https_where_the_site_has_it(client, someone, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert attempt(client, "someone", someone.password).cookies[settings.SESSION_COOKIE_NAME]["secure"]


def test_signing_in_gives_another_session_id(client, someone):
    client.get("/")
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    attempt(client, "someone", someone.password)
    assert client.session.session_key != before


def test_a_person_changes_their_password_and_stays_signed_in(client, someone):
    attempt(client, "someone", someone.password)
    elsewhere = sign_in(someone)
    chosen = "four quiet herons"
    given = {"oldpassword": someone.password, "password1": chosen, "password2": chosen}
    answer = client.post("/account/password/change/", given)
    assert answer["Location"] == HOME
    assert "Password successfully changed" in client.get(HOME).content.decode(), "the page after it says so"
    assert not is_in(elsewhere)
    assert Person.objects.get(username="someone").check_password(chosen)
    entry = Entry.objects.get(kind="person.password_set")
    assert entry.actor == f"person:{entry.record_id}"


@pytest.mark.parametrize(
    ("old", "new"), [(WRONG, "four quiet herons"), (None, "short"), (None, "password1234"), (None, "")]
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(client, someone, old, new):
    attempt(client, "someone", someone.password)
    given = {"oldpassword": old or someone.password, "password1": new, "password2": new}
    assert client.post("/account/password/change/", given).status_code == HTTPStatus.OK
    assert Person.objects.get(username="someone").check_password(someone.password)


@pytest.mark.parametrize("address", [LOGIN, HOME, "/account/password/change/"])
def test_pages_of_an_account_are_kept_by_no_cache(client, someone, address):
    if address != LOGIN:
        attempt(client, "someone", someone.password)
    assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    ["/account/email/", "/account/password/set/", "/account/login/code/", "/account/second-factor/recovery/download/"],
)
def test_what_is_not_offered_does_not_exist(client, db, address):
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND
