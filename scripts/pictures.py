"""Take the pictures of README and docs from a new installation with the sample data.

    make pictures

What is shown is what a reader gets: nothing is retouched. The day is fixed, so that pictures change only with the pages.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from playwright.sync_api import sync_playwright  # noqa: E402
from register import BIN, Server  # noqa: E402

from benchmarks.pages import addresses  # noqa: E402
from scripts.setup import find_chromium  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
DAY = "2026-11-22"
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")


class Picture(NamedTuple):
    """What is taken, and how."""

    name: str
    page: str
    width: int = 1280
    height: int = 960
    theme: str = "light"
    medium: str = "screen"


TAKEN = (
    Picture("home", "home"),
    Picture("register", "register"),
    Picture("register-phone", "register", 390, 844),
    Picture("certificate", "certificate"),
    Picture("certificate-dark", "certificate", theme="dark"),
    Picture("certificate-print", "certificate", 794, 1123, medium="print"),
    Picture("standard", "standard"),
    Picture("explorer", "explorer"),
    Picture("compare", "versions side by side"),
    Picture("map", "map"),
)


def main() -> int:
    """Make an installation, serve it, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ALUNITE_HOME": str(Path(folder) / "home"),
            "ALUNITE_MASTER_KEY": "for these pictures only, and never kept",
            "ALUNITE_TODAY": DAY,
            "PYTHONPATH": str(ROOT / "benchmarks"),
        }
        subprocess.run([str(BIN / "alunite"), "init", "--samples"], env=environment, check=True, capture_output=True)
        with Server(environment, "hello:site") as site, sync_playwright() as playwright:
            paths = addresses(site)
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", *WEBGL])
            for picture in TAKEN:
                context = browser.new_context(
                    viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.theme
                )
                page = context.new_page()
                page.emulate_media(media=picture.medium)
                page.goto(f"http://127.0.0.1:{site.port}{paths[picture.page]}", wait_until="networkidle")
                page.wait_for_timeout(500)
                page.screenshot(path=PICTURES / f"{picture.name}.png")
                print(f"docs/pictures/{picture.name}.png")
                context.close()
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
