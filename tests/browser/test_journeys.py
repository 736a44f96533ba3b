"""What readers come for, from the first page to the answer: once with scripts and once without any."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from alunite.foundation.core.text import fold
from alunite.foundation.messages.models import OutgoingMail
from tests.browser.conftest import is_trouble

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Tell whether the reader's browser runs scripts."""
    return bool(request.param)


@pytest.fixture
def reader(scripts: bool, chromium: Browser, live_site: str) -> Iterator[Page]:
    """Give a page of a reader; afterwards nothing may have gone wrong in it."""
    troubles: list[str] = []
    context = chromium.new_context(base_url=live_site, java_script_enabled=scripts)
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


def entities(reader: Page) -> list[str]:
    return reader.locator("#results th.entity > a").all_inner_texts()


def test_a_reader_narrows_turns_a_page_and_back_sorts_and_sets_a_day(reader, scripts):
    reader.goto("/register/")
    if scripts:
        reader.evaluate("window.isSamePage = true")
    box = reader.locator("#standard-ps")
    counted = box.locator("xpath=..").locator(".n").inner_text()
    box.check()
    if not scripts:
        reader.get_by_role("button", name="Show what is chosen").click()
    expect(reader.locator("#results h2")).to_have_text(re.compile(rf"\s{counted} records of \d+\s"))
    expect(reader).to_have_url(re.compile(r"/register/\?.*standard=ps"))

    first = entities(reader)
    assert len(first) == 50
    reader.get_by_role("link", name="Next page").click()
    expect(reader.locator(".below-list")).to_contain_text(f"51\u2013100 of {counted}")
    second = reader.locator("#results th.entity > a").evaluate_all("links => links.map(link => link.href)")
    if scripts:
        assert reader.evaluate("window.isSamePage"), "filters and pages come without the whole page"
    reader.go_back()
    expect(reader.locator(".below-list")).to_contain_text(f"1\u201350 of {counted}")
    assert entities(reader) == first
    before = reader.locator("#results th.entity > a").evaluate_all("links => links.map(link => link.href)")
    assert len({*before, *second}) == 100, "no line stands on two pages"

    reader.locator(".sorts summary").click()
    reader.get_by_role("link", name="name", exact=True).click()
    reader.wait_for_url("**/register/?*sort=name*")
    assert "standard=ps" in reader.url
    assert (names := entities(reader)) == sorted(names, key=fold)

    reader.get_by_text("See another day").click()
    reader.get_by_label("State on the day").fill("2021-06-30")
    reader.locator("main input[name=q]").fill("Aludium Alicante")
    reader.get_by_role("button", name="Show", exact=True).click()
    # Issued 13 Dec 2019, last day 12 Dec 2022, as its summary report has it.
    expect(reader.locator("#results .say")).to_contain_text("Shown is what held on 30 Jun 2021")
    expect(reader.locator("#results tbody tr")).to_have_count(1)
    expect(reader.locator("#results tbody tr")).to_contain_text("to 12 Dec 2022")


def test_a_reader_asks_what_applies_and_takes_the_answer_along(reader, scripts):
    reader.goto("/standards/applies/?activity=casthouses")
    if scripts:
        reader.evaluate("window.isSamePage = true")
    reader.locator("label[for=activity-aluminium_smelting]").click()
    if not scripts:
        reader.get_by_role("button", name="Show what applies").click()
    # applicability.md: 43 of the 62 criteria apply to this scope, 14 hang on a condition, five are for other activities
    expect(reader.locator("#finding")).to_contain_text("57 of 62 criteria apply to Aluminium Smelting and Casthouses")
    expect(reader).to_have_url(re.compile("activity=aluminium_smelting"))
    if scripts:
        assert reader.evaluate("window.isSamePage"), "the answer comes without the whole page"
    reader.get_by_role("link", name="the 14 on condition").click()
    expect(reader.locator(".applies-table tbody tr")).to_have_count(14)
    with reader.expect_download() as taken:
        reader.get_by_role("link", name="XLSX").click()
    assert taken.value.suggested_filename == "ps-3-applies.xlsx"
    assert zipfile.is_zipfile(taken.value.path())
    reader.emulate_media(media="print")
    expect(reader.locator(".explorer-form")).to_be_hidden()
    expect(reader.locator(".applies-table tbody tr").last).to_be_visible()
