"""Pages behind signing in, as the people see them who work there: they fit, in light and dark, and axe finds nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest
from allauth.mfa.totp.internal import auth
from django.core import mail
from playwright.sync_api import Page

from alunite.foundation.accounts.actions import add_person, affiliate, edit_organisation, values_of
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR, actor_for
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.decisions.actions import propose_decision
from alunite.foundation.history import editing
from alunite.foundation.merging.actions import propose_duplicates
from alunite.foundation.merging.models import Proposal
from alunite.foundation.messages.models import OutgoingMail
from alunite.foundation.publications.models import Publication
from alunite.programme.members.places.actions import add_entity, add_facility
from alunite.programme.members.places.rules import EntityFacts, FacilityFacts
from tests.browser.test_register_in_a_browser import look_at
from tests.browser.test_sign_in_in_a_browser import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def office(live_site, settings) -> tuple[Person, str]:
    # The server beside this test has the hash of an installation, not the quick one of tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    made = add_person("office", actor=OPERATOR, display_name="Olga Made-up", email="office@example.org")
    house = Organisation.objects.create(name="Secretariat (made up)", kind=OrganisationKind.SECRETARIAT)
    for role in (Role.OFFICE, Role.ADMIN):
        affiliate("office", house, role, actor=OPERATOR)
    return Person.objects.get(username="office"), made.password


def seen(page: Page) -> None:
    """Look at a page in light and dark."""
    for scheme in ("light", "dark"):
        # Without motion: half-way from one colour to the other nothing has its contrast.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        look_at(page)


def test_the_pages_of_the_secretariat_fit_and_are_accessible(browser_page, office):
    page, (person, password) = browser_page, office
    sign_in(page, "office", password)
    newest = Publication.objects.filter(kind="member").latest("pk")
    made = propose_decision(
        "redact", str(newest.pk), ground="court_order", note="Order 7 (made up)", actor=actor_for(person)
    )
    propose_duplicates(actor=OPERATOR)
    addresses = (
        "/decisions/",
        "/decisions/propose/",
        f"/decisions/propose/?act=redact&what={newest.pk - 1}",
        f"/decisions/{made.pk}/",
        "/account/sign-ins/",
    )
    for address in addresses:
        page.goto(address)
        seen(page)


def test_tasks_are_worked_through_by_keyboard_and_fit(browser_page, office):
    page, (person, password) = browser_page, office
    newest = Publication.objects.filter(kind="member").latest("pk")
    propose_decision("redact", str(newest.pk), ground="court_order", note="", actor=actor_for(person))
    propose_duplicates(actor=OPERATOR)
    sign_in(page, "office", password)
    page.goto("/work/calendar/")
    seen(page)
    page.goto("/work/")
    seen(page)
    rows = page.locator("[data-row]")
    kinds = Proposal.objects.values("kind").distinct().count()
    assert rows.count() == kinds + 1
    page.keyboard.press("2")
    page.wait_for_url("**/work/?view=mine")
    assert rows.count() == kinds
    page.keyboard.press("1")
    page.wait_for_url("**/work/?view=all")
    for key in ("k", "k", "k", "k", "j", "w"):  # to the first row, which is not the one that is open, and one down
        page.keyboard.press(key)
    page.wait_for_url("**task=**")
    chosen = rows.nth(1).locator("[data-open]").inner_text()
    assert page.locator("#task-title").inner_text() == chosen
    page.keyboard.press("Shift+?")
    page.get_by_role("heading", name="Keys").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/duplicates/?kind=*")


def test_the_pages_of_a_membership_fit_and_are_accessible(browser_page, office):
    page, (_person, password) = browser_page, office
    works = Organisation.objects.create(name="Fjordvik (made up)", kind=OrganisationKind.MEMBER)
    affiliate("office", works, Role.MANAGER, actor=OPERATOR)
    entity = add_entity(works, EntityFacts("Upper Works", date(2020, 1, 1)), actor=OPERATOR)
    facts = FacilityFacts("Lake Works", "NO", ("casthouses",), date(2020, 1, 1), entity=str(entity.pk))
    facility = add_facility(works, facts, actor=OPERATOR)
    sign_in(page, "office", password)
    page.goto("/join/")
    seen(page)
    page.get_by_label("For which organisation").select_option(label="Fjordvik (made up)")
    page.get_by_role("button", name="Begin the application").click()
    page.wait_for_url("**/application/")
    seen(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("You can go on another time.").wait_for()
    seen(page)
    page.get_by_role("button", name="Submit the application").click()
    page.get_by_text("Nothing was done.").wait_for()
    seen(page)
    listed = f"/work/organisations/{works.pk}"
    for address in (f"{listed}/facilities/", f"{listed}/facilities/{facility.pk}/", f"{listed}/entities/add/"):
        page.goto(address)
        seen(page)


def test_the_tables_fit_and_are_accessible(chromium, live_site, office):
    # Django's own pages style a few things in line, which the site's policy refuses and they do without.
    context = chromium.new_context(base_url=live_site)
    page = context.new_page()
    sign_in(page, "office", office[1])
    row = f"/tables/accounts/organisation/{Organisation.objects.get().pk}/change/"
    for address in ("/tables/", "/tables/importing/statement/", row):
        page.goto(address)
        seen(page)
    context.close()


def test_a_form_somebody_else_was_faster_with_fits_and_is_accessible(browser_page, office):
    page, (person, password) = browser_page, office
    sign_in(page, "office", password)
    place = Organisation.objects.create(name="Fjordvik", kind=OrganisationKind.MEMBER)
    page.goto(f"/organisations/{place.pk}/edit/")
    seen(page)
    mark = editing.mark("organisation", place.pk, values_of(place))
    edit_organisation(place, {"name": "Fjordvik Metals"}, mark=mark, actor=actor_for(person))
    page.get_by_label("Name").fill("Fjordvik Works")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Fjordvik Metals").first.wait_for()
    seen(page)


def test_the_ways_in_fit_and_are_accessible(browser_page, office, live_site):
    page, (person, password) = browser_page, office
    invite(Organisation.objects.get(), "guest@example.org", "office", actor=OPERATOR, origin=live_site)
    page.goto(re.search(r"/invitation/\S+/", mail.outbox[-1].body)[0])
    seen(page)
    page.goto("/account/password/reset/")
    page.locator("main input[type=email]").fill("office@example.org")
    page.locator("main form button").first.click()
    page.wait_for_url("**/done/")
    page.goto(re.search(r"/account/password/reset/key/\S+", OutgoingMail.objects.latest("pk").body)[0])
    seen(page)
    auth.TOTP.activate(person, "A" * 32)
    page.goto("/account/login/")
    page.get_by_label("Sign-in name").or_(page.get_by_label("Username")).fill("office")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/authenticate/")
    seen(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("Incorrect").first.wait_for()
    seen(page)


@pytest.mark.parametrize("live_site", [{"ALUNITE_DEMO": "true"}], indirect=True)
def test_the_mail_page_of_a_demonstration_fits_and_is_accessible(browser_page, office):
    page, (person, _) = browser_page, office
    page.goto("/account/password/reset/")
    page.locator("main input[type=email]").fill(person.email)
    page.locator("main form button").first.click()
    page.wait_for_url("**/done/")
    page.goto("/demo/mail/")
    page.get_by_text("office@example.org").first.wait_for()
    seen(page)
