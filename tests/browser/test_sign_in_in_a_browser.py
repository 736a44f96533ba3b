"""A passkey from adding it to signing in with nothing else, in a real Chromium with a virtual authenticator.

Passkeys belong to a name, not to a number, so the site is asked for as `localhost`.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from alunite.foundation.accounts.actions import add_person, affiliate
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.history.models import Entry
from tests.browser.test_register_in_a_browser import look_at

pytestmark = pytest.mark.browser

PAGES = (
    "/account/",
    "/account/sign-ins/",
    "/account/sessions/",
    "/account/sso/",
    "/account/second-factor/",
    "/account/second-factor/code/add/",
    "/account/second-factor/keys/",
    "/account/second-factor/keys/add/",
    "/account/second-factor/recovery/",
    "/account/second-factor/recovery/new/",
)


@pytest.fixture
def page_with_key(chromium: Browser, live_site: str):
    context = chromium.new_context(base_url=live_site.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    page.set_default_timeout(10_000)
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    yield page
    context.close()
    assert troubles == []


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/account/login/")
    look_at(page)
    page.get_by_label("Username").or_(page.get_by_label("Sign-in name")).fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/account/")


def test_a_passkey_signs_in_without_the_password(page_with_key, settings):
    # The server beside this test has the hash of an installation, not the quick one of tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    page = page_with_key
    password = add_person("member", actor=OPERATOR, display_name="Marit Made-up").password
    place = Organisation.objects.create(name="Fjordvik", kind=OrganisationKind.MEMBER)
    affiliate("member", place, Role.ADMIN, actor=OPERATOR)
    sign_in(page, "member", password)
    page.goto("/account/second-factor/")
    page.get_by_role("link", name="Add a passkey").click()
    look_at(page)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/keys/add/")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/recovery/")
    expect(page.locator(".codes li")).to_have_count(10)
    for address in PAGES:
        page.goto(address)
        look_at(page)
    page.goto(f"/organisations/{place.pk}/people/")
    look_at(page)
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/")
    page.wait_for_url("**/account/login/**")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/account/")
    expect(page.locator("h1")).to_have_text("Marit Made-up")
    person = Person.objects.get(username="member")
    about = Entry.objects.filter(record_type="person", record_id=str(person.pk)).order_by("pk")
    assert [(one.kind, one.data.get("method")) for one in about][1:] == [
        ("person.signed_in", "password"),
        ("person.factor_added", "webauthn"),
        ("person.signed_out", None),
        ("person.signed_in", "webauthn"),
    ]


def test_the_pages_before_signing_in_are_accessible(browser_page):
    for address in ("/account/password/reset/", "/account/password/reset/done/", "/account/signup/", "/invitation/x/"):
        browser_page.goto(address)
        look_at(browser_page)
