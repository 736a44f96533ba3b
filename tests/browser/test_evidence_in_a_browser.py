"""A member keeps evidence in a browser: by keyboard, with what was wrong told, and back it comes as a file to save."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from alunite.foundation.accounts.actions import add_cast
from alunite.foundation.accounts.policies import OPERATOR
from alunite.programme.assessments.models import Evidence
from tests.browser.test_private_pages_in_a_browser import seen
from tests.browser.test_register_in_a_browser import tab_to
from tests.browser.test_sign_in_in_a_browser import sign_in

pytestmark = pytest.mark.browser
PDF = b"%PDF-1.7\nmade up\n%%EOF\n"


@pytest.fixture
def member(browser_page, settings) -> Page:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    made = {one.username: one.password for one in add_cast(actor=OPERATOR)}
    sign_in(browser_page, "member", made["member"])
    return browser_page


def test_evidence_is_sent_by_keyboard_and_comes_back_as_a_file(member, tmp_path):
    page, sent = member, tmp_path / "Stack data.html"
    sent.write_bytes(PDF)
    page.goto("/work/evidence/")
    tab_to(page, "main a.button")
    page.keyboard.press("Enter")
    page.get_by_label("Title").fill("Stack data 2025")
    page.get_by_label("Date of the evidence").fill("2025-12-31")
    page.get_by_label("Valid until").fill("2025-12-30")
    page.keyboard.press("Enter")
    page.get_by_text("a file, or the address of a page").first.wait_for()
    seen(page)
    page.get_by_label("File", exact=True).set_input_files(sent)
    page.get_by_label("Valid until").fill("")
    page.get_by_label("Certificate of").select_option(index=1)
    page.get_by_label("Number of the certificate").fill("EMS 5512")
    page.get_by_label("Issued by").fill("Example Cert (made up)")
    page.get_by_label("Valid until").fill("2027-06-30")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Stack data 2025").wait_for()
    seen(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Stack data.html.pdf").click()
    assert waiting.value.suggested_filename == "Stack data.html.pdf"
    assert Path(waiting.value.path()).read_bytes() == PDF
    assert Evidence.objects.get().certificate_number == "EMS 5512"
    page.goto("/work/evidence/?view=certificates")
    page.get_by_role("link", name="Stack data 2025").wait_for()
    seen(page)
