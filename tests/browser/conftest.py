"""A real server with the sample data in it, and a real Chromium that sees nothing else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from scripts.setup import HOW_TO_GET_CHROMIUM, find_chromium
from tests import databases

BIN = Path(sys.executable).parent
START_WITHIN = 30
# What Chromium does of its own accord is not the site's doing: updates, reports, models.
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
)


def run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)} failed ({done.returncode}):\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


@pytest.fixture(scope="session")
def sampled(
    template_database: databases.Copies, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[tuple[str, Path]]:
    """Make an installation with the sample data once per worker: label of its database, and its folder."""
    label = f"browser_samples_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    home = tmp_path_factory.mktemp("samples")
    template_database.copy("template", label)
    environment = {
        **os.environ,
        "DATABASE_URL": template_database.url_of(label),
        "ALUNITE_HOME": str(home),
    }
    run([str(BIN / "alunite"), "init", "--samples"], environment)
    if not (home / "static" / "staticfiles.json").exists():
        run([sys.executable, "-m", "django", "collectstatic", "--noinput", "-v", "0"], environment)
    with django_db_blocker.unblock(), databases.pointed_at(template_database, label):
        template_database.close()
    yield label, home
    template_database.drop(label)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    server.kill()
    pytest.fail(f"the server did not answer at {address}:\n{server.communicate()[0][-4000:]}")


@pytest.fixture
def live_site(
    request: pytest.FixtureRequest,
    sampled: tuple[str, Path],
    template_database: databases.Copies,
    own_home: Path,
    django_db_blocker: Any,
) -> Iterator[str]:
    """Give the address of a real server on a copy of the sample installation; the test may look into its database.

    What a test parametrises it with are further settings of the server's.
    """
    label, home = sampled
    shutil.copytree(home, own_home, dirs_exist_ok=True)
    with databases.a_copy(template_database, label, own_home, django_db_blocker) as copy:
        port = free_port()
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
                *("--workers", "1", "--no-ws", "alunite.config.wsgi:application"),
            ],
            env={**copy.environment, **getattr(request, "param", {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, server)
            yield address
        finally:
            server.terminate()
            try:
                server.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.communicate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail(HOW_TO_GET_CHROMIUM)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop is in this thread, and Django takes it for asynchronous code of ours.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


def is_trouble(said: ConsoleMessage, page: Page) -> bool:
    """Tell errors from the notes Chromium makes of a 404 a test asked for, and of a conflict of two people's changes."""
    own_status = said.text.startswith("Failed to load resource") and (
        said.location["url"] == page.url or said.text.endswith("409 (Conflict)")
    )
    return said.type == "error" and not own_status


@pytest.fixture
def browser_page(chromium: Browser, live_site: str) -> Iterator[Page]:
    """Give a page of the live site; afterwards nothing may have gone wrong in it or asked for another host."""
    host = urlsplit(live_site).netloc
    troubles: list[str] = []

    def stay_here(route: Route) -> None:
        if urlsplit(route.request.url).netloc == host:
            route.continue_()
        else:
            troubles.append(f"a request left the site: {route.request.url}")
            route.abort()

    context = chromium.new_context(base_url=live_site, viewport={"width": 1280, "height": 800})
    context.route("**/*", stay_here)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda said: troubles.append(f"console: {said.text}") if is_trouble(said, page) else None)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    yield page
    context.close()
    assert troubles == []
