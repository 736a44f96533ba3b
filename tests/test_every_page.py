"""Every page in both themes, at desk and phone width, in both languages, as the public and as the Secretariat sees it.

The list of pages is the permission table: a new address without a row, and a row without a sample, fail there. A browser
asks, and the answers come from Django in this process: what is tried is what is sent, and nothing leaves the machine.
The whole walk is 2 themes × 2 widths × 2 languages for every page and person; the ordinary run draws a tenth of it by lot,
the same each time, and `ALUNITE_SOAK=1` takes all.
"""

from __future__ import annotations

import json
import mimetypes
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product
from pathlib import Path
from queue import Queue
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright

from scripts.setup import HOW_TO_GET_CHROMIUM, find_chromium
from tests.browser.conftest import QUIET, is_trouble
from tests.cast import THE_PUBLIC
from tests.permissions.table import lines
from tests.permissions.world import World, made, world

__all__ = ["made", "world"]  # fixtures

TOOLS = Path(__file__).resolve().parent / "pages" / "node_modules"
AXE = TOOLS / "axe-core" / "axe.min.js"
VNU = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
NOT_INSTALLED = "the tools that try pages are not installed; see `make setup`"
HOST = "http://localhost"  # to browsers as good as https
PEOPLE = (THE_PUBLIC, "office")
LANGUAGES = ("", "/fr")
THEMES = ("light", "dark")
WIDTHS = (1280, 360)
# Django's own pages: they are looked at in tests/browser, where their in-line styles are said.
OTHERS = ("/tables/",)


@dataclass(frozen=True)
class Case:
    """A page as somebody sees it."""

    who: str
    path: str
    status: int


def cases(world: World) -> Iterator[Case]:
    """Yield every page, once for each of the people who see something of their own there."""
    for line in lines():
        if line.method != "GET" or line.route.startswith(OTHERS):
            continue
        path = world.paths.get((line.route, line.case), line.route)
        seen = {who: line.answers[who] for who in PEOPLE}
        for who, status in seen.items():
            # A page that is not there looks the same wherever: the public's is enough.
            if status in {200, 410} or (status >= 400 and who == THE_PUBLIC):
                yield Case(who, path, status)


def ask(world: World, who: str, path: str) -> HttpResponse:
    cache.clear()  # how often each asked is counted there
    return world.cast[who].get(path, headers={"Host": "testserver"})


def is_page(answer: HttpResponse) -> bool:
    """Tell whether an answer is a page: not a file, which is read to its end here, nor the word that only forms go there."""
    if answer["Content-Type"].startswith("text/html"):
        return answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED
    answer.getvalue()  # to its end, where its file is closed
    return False


Question = tuple[str, str, "Future[HttpResponse]"]


class Desk:
    """Answers in this thread, which has the database, what a browser in another one asks.

    Playwright's loop would stand between Django and its connection: to Django a thread with a loop is another place.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.questions: Queue[Question | None] = Queue()

    def ask(self, who: str, path: str) -> HttpResponse:
        """Return the answer, in the browser's thread."""
        answer: Future[HttpResponse] = Future()
        self.questions.put((who, path, answer))
        return answer.result(timeout=60)

    def sit(self, work: Callable[[], list[str]]) -> list[str]:
        """Answer until the work in the other thread is done, and return what it found."""
        with ThreadPoolExecutor(1) as threads:
            done = threads.submit(work)
            done.add_done_callback(lambda _: self.questions.put(None))
            while (question := self.questions.get()) is not None:
                who, path, answer = question
                try:
                    answer.set_result(ask(self.world, who, path))
                except Exception as error:  # noqa: BLE001, it is raised where it was asked
                    answer.set_exception(error)
            return done.result()


class Walk:
    """A window of a browser whose every request is answered here, and what went wrong in it."""

    def __init__(self, chromium: Browser, desk: Desk) -> None:
        self.desk = desk
        self.who = THE_PUBLIC
        self.troubles: list[str] = []
        self.context = chromium.new_context(base_url=HOST, reduced_motion="reduce")
        self.context.route("**/*", self.answer)
        self.context.add_init_script(path=AXE)
        self.page = self.context.new_page()
        self.page.on("console", self.said)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))

    def said(self, message) -> None:
        if is_trouble(message, self.page):
            self.troubles.append(f"console: {message.text}")

    def answer(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if f"{address.scheme}://{address.netloc}" != HOST:
            self.troubles.append(f"a request left the site: {route.request.url}")
            route.abort()
        elif address.path.startswith("/static/"):
            found = finders.find(address.path.removeprefix("/static/"))
            if found is None:
                route.fulfill(status=404)
            else:
                kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
                route.fulfill(body=Path(found).read_bytes(), content_type=kind)
        else:
            path = address.path + (f"?{address.query}" if address.query else "")
            answer = self.desk.ask(self.who, path)
            route.fulfill(status=answer.status_code, headers=dict(answer.items()), body=answer.getvalue())

    def look(self, case: Case, theme: str, width: int, language: str) -> list[str]:
        """Return what is amiss with a page."""
        self.troubles.clear()
        self.who = case.who
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        answer = self.page.goto(language + case.path)
        if answer.status != case.status:
            self.troubles.append(f"status {answer.status}")
        if self.page.locator("script[src]").count():
            self.page.wait_for_load_state("networkidle")  # what it loads by itself is tried too
        self.troubles += layout(self.page) + by_axe(self.page)
        return [f"{language}{case.path} as {case.who}, {theme}, {width} px: {said}" for said in self.troubles]


def layout(page: Page) -> list[str]:
    wide, seen, heads, title = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth,"
        " document.querySelectorAll('h1').length, document.title]"
    )
    said = [f"{wide} px wide"] if wide > seen else []
    said += [f"{heads} h1"] if heads != 1 else []
    return said + ([] if title.strip() else ["no title"])


def by_axe(page: Page) -> list[str]:
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    return [f"axe {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


@pytest.mark.browser
@pytest.mark.skipif(not AXE.exists(), reason=NOT_INSTALLED)
def test_every_page_fits_is_accessible_and_stays_at_home(world, soak):
    pages = [case for case in cases(world) if is_page(ask(world, case.who, case.path))]
    lot = random.Random(4)
    ways = list(product(THEMES, WIDTHS, LANGUAGES))
    desk = Desk(world)

    def walk() -> list[str]:
        path = find_chromium()
        assert path is not None, HOW_TO_GET_CHROMIUM
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
            walked = Walk(browser, desk)
            chosen = [(case, way) for case in pages for way in ways if lot.random() < soak]
            said = [one for case, way in chosen for one in walked.look(case, *way)]
            browser.close()
        return said

    said = desk.sit(walk)
    assert not said, "\n".join(said)


def forms_without_token(page: bytes) -> list[str]:
    """Return the addresses of the forms of a page that post and bear no token of ours: the test client asks for none."""
    found = re.findall(r"<form\b([^>]*)>(.*?)</form>", page.decode(), re.DOTALL)
    posting = [(head, body) for head, body in found if re.search(r'method="post"', head, re.IGNORECASE)]
    return [head.strip()[:120] for head, body in posting if "csrfmiddlewaretoken" not in body]


@pytest.mark.one_engine
@pytest.mark.skipif(not VNU.exists() or shutil.which("java") is None, reason=f"{NOT_INSTALLED}, or Java is missing")
def test_no_page_has_a_fault_in_its_html(world, tmp_path):
    written: dict[str, str] = {}
    unsigned: set[str] = set()
    for case, language in product(list(cases(world)), LANGUAGES):
        answer = ask(world, case.who, language + case.path)
        if is_page(answer):
            name = f"{len(written)}.html"
            (tmp_path / name).write_bytes(answer.getvalue())
            unsigned |= {f"{one} on {case.path} as {case.who}" for one in forms_without_token(answer.getvalue())}
            written[name] = f"{language}{case.path} as {case.who}"
    command = ["java", "-jar", str(VNU), "--errors-only", "--format", "json", "--exit-zero-always", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    said = set()
    for one in json.loads(done.stderr)["messages"]:
        place = written[Path(urlsplit(one["url"]).path).name]
        said.add(f"{place}: {one['message']} ({' '.join(one.get('extract', '').split())[:120]})")
    assert len(written) > 100
    assert not unsigned, "forms a browser's post of which is refused:\n" + "\n".join(sorted(unsigned))
    assert not said, "\n".join(sorted(said))


@pytest.mark.one_engine
def test_a_page_that_is_one_is_walked(world):
    """The walk would pass by whatever is taken for no page."""
    walked = {case.path for case in cases(world) if is_page(ask(world, case.who, case.path))}
    assert {"/", "/register/", "/standards/ps-3/", "/decisions/", "/account/", "/account/login/"} <= walked
    assert len(walked) > 60


def test_public_pages_answer_everybody_alike(world: World):
    """What is shown to all is shown to whoever signed in, with the way to the account instead of the way in."""
    stranger, public = world.cast["stranger"], Client()
    for path in ("/register/", "/standards/ps-3/"):
        one, other = (client.get(path).content.decode() for client in (stranger, public))
        main = slice(one.index("<main"), one.index("</main>"))
        assert one[main] == other[other.index("<main") : other.index("</main>")]
