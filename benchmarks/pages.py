"""What readers' browsers are sent, and how long the server takes for it: every kind of public page, first and warm.

.venv/bin/python benchmarks/pages.py [--rounds N] [--lighthouse] [--limits]

A new installation with the sample data is served by granian, with one more address that answers "hello" through the same
middleware. Chromium asks for each page with an empty cache and then again: how many requests leave it, and how many bytes
reach it, compressed, heads included. The server is asked for each page a first time, one page after another since one start (so
what an earlier page read into memory is there already, and only the first of all finds nothing), and then in turn with the
bare page (warm): milliseconds by its own log, and how many times those of the bare page. `--lighthouse` adds Lighthouse's
marks, the median of three runs as it simulates a slow phone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from register import ADDRESS, BIN, Server, machine, run  # noqa: E402

from scripts.setup import find_chromium, node  # noqa: E402

LIGHTHOUSE = ROOT / "tests" / "pages" / "node_modules" / "lighthouse" / "cli" / "index.js"
MARKS = ("performance", "accessibility", "best-practices")
LEAST_MARK = 95
MOST_KILOBYTES = {"home": 150}
RUNS = 3
# Pages below a list are found in it, so that the list of what is measured needs no ids.
FIXED = {
    "home": "/",
    "home, French": "/fr/",
    "register": "/register/",
    "register, text": "/register/?q=works",
    "register, narrowed": "/register/?standard=ps&activity=casthouses",
    "what changed": "/register/compare/",
    "map": "/map/",
    "standards": "/standards/",
    "explorer": "/standards/applies/?activity=aluminium_smelting&activity=casthouses",
    "versions side by side": "/standards/compare/",
    "countries": "/countries/",
    "activities": "/activities/",
    "figures": "/figures/",
    "about the data": "/about/",
    "open data": "/data/",
}
FOUND = {
    "certificate": ("/register/?q=56", r"/certificates/[^\"?]+"),
    "event": ("/register/", r"/events/[^\"?]+"),
    "member": ("/members/", r"/members/[^\"?]+-[^\"?]+"),
    "facility": ("/facilities/", r"/facilities/[^\"?]+-[^\"?]+"),
    "figure": ("/figures/", r"/figures/[^\"?]+-[^\"?]+"),
    "standard": ("/standards/", r"/standards/ps-3/"),
}
BY_LIGHTHOUSE = ("home", "register", "certificate", "explorer")


@dataclass(slots=True)
class Measured:
    """A page: requests and kilobytes of a first and a second visit, milliseconds in the server, Lighthouse's marks."""

    name: str
    path: str
    requests: tuple[int, int] = (0, 0)
    kilobytes: tuple[float, float] = (0.0, 0.0)
    first: float = 0.0
    warm: float = 0.0
    ratio: float = 0.0
    queries: int = 0
    marks: dict[str, float] = field(default_factory=dict)


def main() -> int:
    """Measure, tell, and say with the exit code whether a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--lighthouse", action="store_true", help="also ask Lighthouse, three times a page")
    parser.add_argument("--limits", action="store_true", help="fail where a limit is passed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        environment = {
            **os.environ,
            "ALUNITE_HOME": str(home),
            "ALUNITE_MASTER_KEY": "for this benchmark only, and never kept",
            "ALUNITE_API_REQUESTS_A_MINUTE": "0",
            "ALUNITE_LOG_LEVEL": "INFO",
            "ALUNITE_LOG_STYLE": "json",
            "PYTHONPATH": str(ROOT / "benchmarks"),
        }
        run(environment, str(BIN / "alunite"), "init", "--samples")
        with Server(environment, "hello:site") as site:
            pages = [Measured(name, path) for name, path in addresses(site).items()]
        with Server(environment, "hello:site") as site:
            for page in pages:
                by_server(page, site, options.rounds)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
                for page in pages:
                    by_browser(page, browser, f"http://127.0.0.1:{site.port}")
                browser.close()
            for page in pages if options.lighthouse else ():
                if page.name in BY_LIGHTHOUSE:
                    page.marks = by_lighthouse(f"http://127.0.0.1:{site.port}{page.path}")
    faults = tell(pages)
    print("\n".join(faults))
    return int(bool(faults) and options.limits)


def addresses(site: Server) -> dict[str, str]:
    """Return the pages there are, by name."""
    found = dict(FIXED)
    for name, (path, pattern) in FOUND.items():
        _, body = site.ask(path)
        link = re.search(rf'href="({pattern})"', body.decode())
        if link is None:
            raise SystemExit(f"{path}: no link to a {name}")
        found[name] = link[1]
    return found


def by_server(page: Measured, site: Server, rounds: int) -> None:
    """Ask a first time, then in turn with the bare page."""
    site.ask(page.path)
    [first] = site.logged(1)
    for _ in range(rounds):
        site.ask(page.path)
        site.ask(ADDRESS)
    lines = site.logged(2 * rounds)
    page.first, page.queries = first["milliseconds"], int(first["queries"])
    page.warm = statistics.median(line["milliseconds"] for line in lines[::2])
    page.ratio = page.warm / max(statistics.median(line["milliseconds"] for line in lines[1::2]), 0.05)


def by_browser(page: Measured, browser: Browser, origin: str) -> None:
    """Visit with an empty cache, and again."""
    context = browser.new_context()
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    sent: dict[str, float] = {}
    kept: set[str] = set()
    session.on("Network.requestServedFromCache", lambda event: kept.add(event["requestId"]))
    session.on(
        "Network.loadingFinished", lambda event: sent.__setitem__(event["requestId"], event["encodedDataLength"])
    )
    visits = []
    for _ in range(2):
        sent.clear()
        kept.clear()
        tab.goto(origin + page.path, wait_until="networkidle")
        asked = {key: size for key, size in sent.items() if key not in kept and size}
        visits.append((len(asked), sum(asked.values()) / 1000))
    (first, much), (second, less) = visits
    page.requests, page.kilobytes = (first, second), (much, less)
    context.close()


def by_lighthouse(address: str) -> dict[str, float]:
    """Return the median of three runs, of a hundred."""
    flags = f"--headless=new --no-sandbox --user-data-dir={tempfile.mkdtemp()}"
    command = [node(), str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--chrome-flags={flags}"]
    command.append(f"--only-categories={','.join(MARKS)}")
    environment = {**os.environ, "CHROME_PATH": str(find_chromium())}
    runs: list[dict[str, Any]] = []
    for _ in range(RUNS):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout)["categories"])
    return {mark: statistics.median(100 * float(one[mark]["score"] or 0) for one in runs) for mark in MARKS}


def tell(pages: list[Measured]) -> list[str]:
    """Print what was measured; return what passes a limit."""
    print(f"\n{machine()}")
    print(
        f"{'':24}{'first ms':>9}{'warm':>7}{'x hello':>9}{'queries':>9}{'requests':>10}{'kB':>7}{'again':>10}{'kB':>7}"
    )
    faults = []
    for page in pages:
        print(
            f"{page.name:24}{page.first:9.1f}{page.warm:7.1f}{page.ratio:9.1f}{page.queries:9}"
            f"{page.requests[0]:10}{page.kilobytes[0]:7.0f}{page.requests[1]:10}{page.kilobytes[1]:7.0f}"
            + "".join(f"  {mark} {value:.0f}" for mark, value in page.marks.items())
        )
        if page.kilobytes[0] > MOST_KILOBYTES.get(page.name, float("inf")):
            faults.append(f"{page.name}: {page.kilobytes[0]:.0f} kB, at most {MOST_KILOBYTES[page.name]}")
        faults += [
            f"{page.name}: {mark} {v:.0f}, at least {LEAST_MARK}" for mark, v in page.marks.items() if v < LEAST_MARK
        ]
    return faults


if __name__ == "__main__":
    sys.exit(main())
