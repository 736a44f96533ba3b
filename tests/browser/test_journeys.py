"""What readers come for, from the first page to the answer: once with scripts and once without any."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from alunite.foundation.messages.models import OutgoingMail
from tests.browser.conftest import is_trouble

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def reader(request: pytest.FixtureRequest, chromium: Browser, live_site: str) -> Iterator[Page]:
    """Give a page of a reader; afterwards nothing may have gone wrong in it."""
    troubles: list[str] = []
    context = chromium.new_context(base_url=live_site, java_script_enabled=request.param)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("console", lambda said: troubles.append(said.text) if is_trouble(said, page) else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    context.close()
    assert troubles == []


def test_a_buyer_finds_a_certificate_reads_why_and_reports_a_mistake(reader):
    reader.goto("/")
    reader.locator("main input[name=q]").first.fill("Aludium Alicante")
    reader.keyboard.press("Enter")
    reader.wait_for_url("**/register/?*")
    reader.locator("main th a[href^='/certificates/']").first.click()
    expect(reader.locator("h1")).to_contain_text("Aludium Alicante")
    # On the summary report: issued 13 Dec 2019, last day 12 Dec 2022.
    expect(reader.locator("main")).to_contain_text("Expired after 12 Dec 2022")
    reader.locator("main a[href*='/corrections/']").first.click()
    expect(reader.locator("main")).to_contain_text("Aludium Alicante")
    reader.locator("textarea[name=wrong]").fill("The last day is another one.")
    reader.get_by_role("button", name="Send").click()
    reader.wait_for_url("**/corrections/sent/")
    assert "The last day is another one." in OutgoingMail.objects.latest("pk").body


def test_a_reader_goes_on_in_french_with_what_was_asked(reader):
    reader.goto("/register/?q=aludium")
    reader.get_by_role("link", name="Français").click()
    reader.wait_for_url(re.compile(r"/fr/register/\?q=aludium$"))
    expect(reader.locator("html")).to_have_attribute("lang", "fr")
    reader.locator("main th a[href^='/fr/certificates/']").first.click()
    expect(reader.locator("main")).to_contain_text("12 déc. 2022")
