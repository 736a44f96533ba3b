"""A member answers in a browser: by keyboard alone, each field saved on leaving it, two people at once, without scripts too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from alunite.programme.assessments.actions import open_assessment
from alunite.programme.assessments.models import Answer, Assessment
from alunite.programme.assessments.tests.made import make_assessment, say
from tests.browser.test_private_pages_in_a_browser import seen
from tests.browser.test_sign_in_in_a_browser import sign_in
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.browser


@pytest.fixture
def people(settings) -> Cast:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    return make_cast()


def enter(page: Page, people: Cast, who: str) -> None:
    sign_in(page, who, people.credentials[who].password)


@pytest.fixture
def carried(browser_page, people) -> Assessment:
    """A self assessment with one answer carried over from the version before."""
    earlier = make_assessment(people, "ps-2")
    say(people, earlier, "5.2", level="conformance", text="Targets are set by ourselves.")
    return open_assessment(earlier.scope, "ps-3", actor=people.actor("member"), carried_from=earlier)


def test_a_member_answers_by_keyboard_alone(browser_page, people, carried):
    page = browser_page
    enter(page, people, "member")
    page.goto(f"/work/assessments/{carried.pk}/?show=check")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_label("How it is met").wait_for()
    page.wait_for_load_state("load")
    page.keyboard.press("2")
    expect(page.locator("#standing-c-5-3")).to_contain_text("Minor gap")
    page.keyboard.press("t")
    page.keyboard.press("End")
    page.keyboard.type(" The pathway is public.")
    page.keyboard.press("Escape")
    expect(page.locator("#version-c-5-3")).to_have_value("3")
    assert page.evaluate("document.activeElement.id") == "open-c-5-3", "the focus is back in the row"
    page.keyboard.press("g")
    page.keyboard.type("Scope 3 is missing.")
    page.keyboard.press("Escape")
    expect(page.locator("#version-c-5-3")).to_have_value("4")
    page.keyboard.press("d")
    page.locator("#c-5-3").get_by_text("difference checked", exact=True).wait_for()
    held = Answer.objects.get(assessment=carried)
    assert (held.level, held.gap) == ("minor_nc", "Scope 3 is missing.")
    assert held.text == "Targets are set by ourselves. The pathway is public."
    assert held.checked_by == people.person("member")
    seen(page)


def test_of_two_people_in_one_field_the_second_is_shown_both(browser_page, people, carried):
    page = browser_page
    enter(page, people, "member")
    page.goto(f"/work/assessments/{carried.pk}/?open=5.3")
    say(people, carried, "5.3", version=1, who="colleague", text="Said by Cato.")
    page.get_by_label("How it is met").fill("Said by Marit.")
    page.keyboard.press("Tab")
    page.get_by_text("Somebody else changed this while your form was open").wait_for()
    expect(page.get_by_role("alert")).to_contain_text("Said by Cato.")
    expect(page.get_by_label("How it is met")).to_have_value("Said by Marit.")
    assert Answer.objects.get(assessment=carried).text == "Said by Cato."
    page.get_by_label("How it is met").fill("Said by both.")
    page.keyboard.press("Tab")
    expect(page.locator("#version-c-5-3")).to_have_value("3")
    assert Answer.objects.get(assessment=carried).text == "Said by both."


def test_without_scripts_and_in_french_a_member_answers_on_a_phone(chromium, live_site, people, carried):
    page = chromium.new_context(
        base_url=live_site, java_script_enabled=False, viewport={"width": 360, "height": 800}
    ).new_page()
    page.set_default_timeout(20_000)
    page.goto("/account/login/")
    page.get_by_label("Username").fill("colleague")
    page.get_by_label("Password").fill(people.credentials["colleague"].password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"/fr/work/assessments/{carried.pk}/?open=5.3")
    page.get_by_label("Comment il est rempli").fill("La trajectoire est publique.")
    page.get_by_label("Écart mineur").check(force=True)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("button", name="Différence vérifiée").click()
    page.locator("#c-5-3").get_by_text("différence vérifiée", exact=True).wait_for()
    held = Answer.objects.get(assessment=carried)
    assert (held.level, held.text) == ("minor_nc", "La trajectoire est publique.")
    assert held.checked_by == people.person("colleague")
    page.context.close()
