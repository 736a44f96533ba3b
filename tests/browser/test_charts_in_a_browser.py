"""A chart is read value by value, with the keyboard alone; what draws it then is fetched only then."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_register_in_a_browser import assert_accessible

pytestmark = pytest.mark.browser


def test_a_chart_is_explored_by_keys_and_put_back(browser_page):
    """Members: 13 in 2015-06, 46 in 2017-02; the first certifications ever issued are 105 of 2020-12-31."""
    page = browser_page
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in fetched if "/chunk-" in url]
    explore = page.locator("figure[data-chart=growth] button")
    explore.focus()
    page.keyboard.press("Enter")
    told = page.locator("[role=status]")
    expect(page.locator("[role=application]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("Members: 13, Jun 2015; aluminium-stewardship.org")
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("Members: 46, Feb 2017")
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text("Certifications ever issued: 105, 31 Dec 2020")
    assert [url for url in fetched if "/chunk-" in url]
    assert_accessible(page)
    explore.click()
    expect(page.locator("[role=application]")).to_have_count(0)
    expect(page.locator("svg.growth")).to_be_visible()
