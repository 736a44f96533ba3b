"""What scripts add to the map and the explorer: marks that tell the right thing, and a page that says what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PATIENCE = 30_000
BRAZIL = "/map/?country=BR"


@pytest.fixture
def troubled_page(chromium: Browser, live_site: str) -> Iterator[Page]:
    """Give a page in which something goes wrong on purpose."""
    context = chromium.new_context(base_url=live_site, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def test_a_mark_tells_of_its_facility_and_another_day_is_another_page(browser_page):
    page = browser_page
    page.set_default_timeout(PATIENCE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/map.geojson" in request.url else None)
    page.goto(BRAZIL)
    # Before Juruti stands CBA Alumínio, of which no coordinates are published.
    page.get_by_role("button", name="Show Juruti on the map").click(timeout=PATIENCE)
    told = page.locator(".maplibregl-popup")
    expect(told).to_contain_text("Juruti")
    page.wait_for_timeout(300)  # the map has moved
    page.locator(".maplibregl-popup-close-button").click()
    expect(told).to_have_count(0)
    page.locator("#map canvas").click()
    expect(told).to_contain_text("Juruti")
    page.locator("#placed-yes").check()
    expect(page.locator("#results h2")).to_contain_text("9 facilities")
    expect(page.get_by_role("button", name="Show Juruti on the map")).to_be_visible()
    assert [address.partition("?")[2] for address in asked] == ["country=BR", "country=BR&placed=yes"]
    expect(page.locator("#tongue-fr")).to_have_attribute("href", "/fr/map/?country=BR&placed=yes")
    page.get_by_text("See another day").click()
    page.locator("#id_on").fill("2021-06-30")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("on=2021-06-30"))
    expect(page.locator("nav.places a", has_text="Register")).to_have_attribute("href", "/register/?on=2021-06-30")
    expect(page.locator("#tongue-fr")).to_have_attribute(
        "href", re.compile("country=BR&placed=yes.*on=2021-06-30|on=2021-06-30.*country=BR&placed=yes")
    )


def test_a_map_that_cannot_be_loaded_says_so_and_no_late_answer_is_drawn(troubled_page):
    page = troubled_page
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.route("**/world*.json", lambda route: route.fulfill(status=HTTPStatus.INTERNAL_SERVER_ERROR))
    page.goto(BRAZIL)
    failed, holder = page.locator("#map-failed"), page.locator("#map")
    expect(failed).to_be_visible(timeout=PATIENCE)
    expect(holder).to_be_hidden()
    assert [text for text in said if "answered with 500" in text], "and to whoever looks for the mistake"
    page.unroute("**/world*.json")
    page.goto(BRAZIL)
    expect(page.locator(".show-place").first).to_be_visible(timeout=PATIENCE)
    # No answer at all: the next question is asked before there is one.
    page.route("**/map.geojson?country=BR&placed=yes", lambda _route: None)
    with page.expect_request("**/map.geojson?country=BR&placed=yes"):
        page.locator("#placed-yes").check()
    expect(page.locator("#results h2")).to_contain_text("9 facilities")
    with page.expect_event("requestfailed", lambda request: request.url.endswith("country=BR&placed=yes")):
        page.locator("#placed-yes").uncheck()
    expect(page.locator("#results h2")).to_contain_text("12 facilities")
    expect(page.locator(".show-place").first).to_be_visible()
    page.route("**/map.geojson?country=BR&placed=no", lambda route: route.fulfill(status=HTTPStatus.BAD_GATEWAY))
    page.locator("#placed-no").check()
    expect(failed).to_be_visible()
    expect(holder).to_be_hidden()
    page.locator("#placed-no").uncheck()
    expect(holder).to_be_visible()
    expect(failed).to_be_hidden()
    page.get_by_role("button", name="Show Juruti on the map").click()
    page.wait_for_timeout(300)  # the map has moved
    page.locator(".maplibregl-popup-close-button").click()
    page.locator("#placed-no").evaluate("box => (box.value = 'perhaps')")
    page.locator("#placed-no").check()
    expect(page.locator("#results .faults")).to_be_visible()
    page.locator("#map canvas").click()
    page.wait_for_timeout(300)  # a mark would have told
    expect(page.locator(".maplibregl-popup")).to_have_count(0)


WITHOUT_WEBGL = """
    const usual = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return kind.startsWith("webgl") ? null : usual.call(this, kind, ...rest);
    };
"""
# How far from the middle of the map, in pixels, what is told stands at the very moment the button is pressed.
OFF_THE_MIDDLE = """
    button => {
        button.click();
        const [map, told] = ["#map canvas", ".maplibregl-popup"].map(
            name => document.querySelector(name).getBoundingClientRect());
        return told.left + told.width / 2 - map.left - map.width / 2;
    }
"""
PIXELS = 2


def at_rest(page: Page) -> bytes:
    """The picture of the map once it does not change by itself."""
    pictures = [b"", page.locator("#map canvas").screenshot()]
    while pictures[-1] != pictures[-2]:
        page.wait_for_timeout(200)
        pictures.append(page.locator("#map canvas").screenshot())
        assert len(pictures) < 50, "the map never comes to rest"
    return pictures[-1]


def test_a_browser_without_webgl_has_the_list_and_is_told_why_there_is_no_map(troubled_page):
    page = troubled_page
    page.add_init_script(WITHOUT_WEBGL)
    page.goto(BRAZIL)
    expect(page.locator("#no-map")).to_be_visible()
    expect(page.locator("#no-map")).to_contain_text("The list below holds the same facilities.")
    expect(page.locator("#map")).to_be_hidden()
    expect(page.locator("#map-failed")).to_be_hidden()
    expect(page.locator("#results h2")).to_contain_text("12 facilities")
    expect(page.locator(".show-place:visible")).to_have_count(0)
    page.locator("#placed-yes").check()
    expect(page.locator("#results h2")).to_contain_text("9 facilities")
    expect(page.locator("#no-map")).to_be_visible()


def test_the_map_is_read_with_the_keyboard_alone(browser_page):
    page = browser_page
    page.set_default_timeout(PATIENCE)
    page.goto(BRAZIL)
    button = page.get_by_role("button", name="Show Juruti on the map")
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    told = page.locator(".maplibregl-popup")
    expect(told).to_contain_text("Juruti")
    expect(told.get_by_role("link", name="Juruti")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(told, "its last stop closes it").to_have_count(0)
    page.locator("#map canvas").focus()
    before = at_rest(page)
    page.keyboard.press("-")
    page.wait_for_timeout(500)  # the map has moved
    assert at_rest(page) != before


def test_for_readers_who_want_no_motion_the_map_is_where_it_goes_at_once(chromium, live_site):
    size = {"width": 1280, "height": 800}
    with closing(chromium.new_context(base_url=live_site, viewport=size, reduced_motion="reduce")) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(BRAZIL)
        button = page.get_by_role("button", name="Show Juruti on the map")
        expect(button).to_be_visible()
        assert abs(button.evaluate(OFF_THE_MIDDLE)) < PIXELS
