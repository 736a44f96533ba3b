"""A reader looks up a certificate: from the home page, by search, with the keyboard alone.

That every page fits and is accessible is shown by tests/test_every_page.py.
"""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from alunite.foundation.publications.models import Publication

WIDTHS = (1280, 360)

pytestmark = pytest.mark.browser


def assert_fits(page: Page) -> None:
    """Nothing has to be scrolled sideways to be read."""
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen, f"{page.url} is {wide} px wide in a window of {seen}"


def assert_accessible(page: Page) -> None:
    """Axe finds nothing that stands between a reader and the page."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def look_at(page: Page) -> None:
    expect(page.locator("h1")).to_have_count(1)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert_fits(page)
        assert_accessible(page)
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the focus is on what was asked for, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{page.url}: {selector} is not reached with the Tab key")


def test_a_certificate_is_found_with_the_keyboard(browser_page):
    page = browser_page
    page.goto("/")
    look_at(page)
    tab_to(page, "main input[name=q]")
    entity = certified_entity()
    page.keyboard.type(entity)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/register/\?.*q="))
    look_at(page)
    tab_to(page, "main a[href^='/certificates/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/certificates/*/")
    expect(page.locator("main")).to_contain_text(entity)
    look_at(page)


def test_a_list_that_finds_nothing_fits_and_is_accessible(browser_page):
    browser_page.goto("/register/?q=zzzzzz")
    look_at(browser_page)


def test_a_standard_is_open_at_a_desk_and_on_a_phone_where_a_link_leads(browser_page):
    page = browser_page
    folded, opened = page.locator("details.principle:not([open])"), page.locator("details.principle[open]")
    page.goto("/standards/ps-3/")
    expect(opened).to_have_count(11)
    page.locator("details.principle summary").first.focus()
    page.keyboard.press("Enter")
    expect(opened).to_have_count(10)
    expect(page.locator("#principle-1 table")).to_be_hidden()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/standards/")
    page.goto("/standards/ps-3/#criterion-5.2")
    expect(opened).to_have_count(1)
    expect(folded).to_have_count(10)
    expect(page.locator("#criterion-5\\.2")).to_be_in_viewport()


def test_a_standard_is_reached_from_the_list_and_accessible(browser_page):
    browser_page.goto("/standards/")
    tab_to(browser_page, "main a[href^='/standards/']")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/standards/*/")
    look_at(browser_page)


def certified_entity() -> str:
    """Name on a certificate the sample data publish."""
    first = Publication.objects.filter(kind="certificate").select_related("body").order_by("subject").first()
    assert first is not None, "the sample data publish no certificate"
    return str(json.loads(first.body.payload)["entity"])
