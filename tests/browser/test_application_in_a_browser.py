"""Somebody applies for membership on a phone, without scripts and in French, from the first page to the deposit."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from alunite.programme.members.joining.models import Document, Membership
from alunite.programme.members.models import OwnFacility
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.browser

WIDTH = 360


@pytest.fixture
def people(settings) -> Cast:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    return make_cast()


def go_on(page: Page, name: str) -> None:
    """Press a button, and see that the page that comes fits the phone."""
    page.get_by_role("button", name=name, exact=True).click()
    fits(page)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, page.url


def test_without_scripts_and_in_french_somebody_applies_on_a_phone(
    chromium: Browser, live_site: str, people: Cast, tmp_path: Path
):
    page = chromium.new_context(
        base_url=live_site, java_script_enabled=False, viewport={"width": WIDTH, "height": 800}
    ).new_page()
    page.set_default_timeout(20_000)
    page.goto("/account/login/?next=/fr/join/")
    page.get_by_label("Username").fill("stranger")
    page.get_by_label("Password").fill(people.credentials["stranger"].password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/fr/join/")
    fits(page)
    page.locator("#id_name").fill("Usines du Fjord (inventées)")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/application/")
    fits(page)
    # Half of it at first: what is said so far is kept, and what is missing is told.
    page.get_by_label("Pays du siège").select_option(label="Norvège")
    page.locator("#id_kind").select_option("company")
    go_on(page, "Enregistrer")
    expect(page.locator("main")).to_contain_text("Norvège")
    expect(page.locator("main")).to_contain_text("Envoyez au moins un document.")
    held = Membership.objects.get()
    page.locator("main a[href$='/application/']").click()
    page.locator("#id_member_class").select_option("production_transformation")
    page.locator("#id_size").fill("120")
    page.locator("#id_has_group").select_option("False")
    for box in page.locator("main form textarea, main form input[type=text][name^=answer_]").all():
        box.fill("Inventé")
    page.locator("input[name=answer_bylaws]").check()
    go_on(page, "Enregistrer")

    page.locator("main a[href$='/documents/']").click()
    fits(page)
    paper = tmp_path / "extrait.txt"
    paper.write_text("Inventé.", encoding="utf-8")
    page.get_by_label("Fichier").set_input_files(paper)
    go_on(page, "L’envoyer")
    expect(page.get_by_role("link", name="extrait.txt")).to_be_visible()
    assert Document.objects.get().file_name == "extrait.txt"

    page.goto(f"/fr/work/organisations/{held.organisation_id}/facilities/add/")
    page.locator("#id_name").fill("Usine du Fjord (inventée)")
    page.locator("#id_country").select_option(label="Norvège")
    page.locator("input[name=activities][value=aluminium_smelting]").check()
    page.locator("#id_valid_from").fill("2019-01-01")
    page.locator("main form button[type=submit]").first.click()
    fits(page)
    assert OwnFacility.objects.get().country == "NO"

    page.goto(f"/fr/work/membership/{held.pk}/")
    fits(page)
    go_on(page, "Déposer la demande")
    expect(page.locator(".work-strip")).to_contain_text("Déposée")
    held.refresh_from_db()
    assert held.state == "submitted"
    # Now it stays as it is.
    page.goto(f"/fr/work/organisations/{held.organisation_id}/facilities/")
    expect(page.locator("main")).to_contain_text("reste tel qu’il a été déposé")
    page.context.close()
