"""Run every check that is not a test, and say for each failure what to do.

    .venv/bin/python scripts/check.py [--mend] [NAME ...]

`make check` runs them all, and so does CI.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CODE = ("alunite", "tests", "scripts", "benchmarks", "massbalance", "conftest.py")
TEMPLATES = "alunite/templates"
STANDS_FOR_A_KEY = "checks only, never an installation: not a secret"


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    what_to_do: str
    environment: dict[str, str] = field(default_factory=dict)


def present(*paths: str) -> tuple[str, ...]:
    return tuple(path for path in paths if (ROOT / path).exists())


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def checks() -> list[Check]:
    code = present(*CODE)
    return [
        # The slowest first: the checks share the machine's processors.
        Check("types", tool("mypy", *present("alunite", "massbalance")), "Give the types mypy asks for."),
        Check("lint", tool("ruff", "check", *code), "`make format` mends what can be mended; change the rest."),
        Check("format", tool("ruff", "format", "--check", *code), "Run `make format`."),
        Check(
            "floors",
            tool("lint-imports", "--no-cache"),
            "A room imports only from floors below it. Move what is shared down, or let a reaction climb up. "
            "The list stands in pyproject.toml.",
        ),
        Check(
            "migrations",
            python("-m", "django", "makemigrations", "--check", "--dry-run"),
            "Run `.venv/bin/python -m django makemigrations` with DJANGO_SETTINGS_MODULE=alunite.config.settings.",
        ),
        Check(
            "deployment",
            python("-m", "django", "check", "--deploy", "--fail-level", "WARNING"),
            "Change alunite/config/settings.py so that an installation with an https address passes.",
            {"ALUNITE_ORIGIN": "https://alunite.example"},
        ),
        Check("docs", python("scripts/docs.py", "--check"), "Run `make docs` and commit what it wrote."),
        Check("words", python("scripts/check_words.py"), "See the last line above."),
        Check("addresses", python("scripts/check_addresses.py"), "See the last line above."),
        *(
            [
                Check(
                    "templates",
                    tool("djlint", TEMPLATES, "--lint", "--quiet"),
                    "Change the template; djlint's documentation explains each rule by its code.",
                ),
                Check("template-format", tool("djlint", TEMPLATES, "--check", "--quiet"), "Run `make format`."),
            ]
            if any((ROOT / TEMPLATES).glob("**/*.html"))
            else []
        ),
    ]


def run(check: Check, home: str) -> tuple[Check, int, str, float]:
    """Run one check away from this machine's settings and data."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALUNITE_", "DATABASE_URL"))}
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "alunite.config.settings",
        "ALUNITE_HOME": home,
        "ALUNITE_MASTER_KEY": STANDS_FOR_A_KEY,
        **check.environment,
    }
    began = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return check, done.returncode, (done.stdout + done.stderr).strip(), time.monotonic() - began


def run_all(chosen: list[Check]) -> int:
    failed = []
    with tempfile.TemporaryDirectory(prefix="alunite-check-") as home:
        made = subprocess.run(
            python(
                "-c",
                "import sys; from pathlib import Path; "
                "from alunite.foundation.keys.installation import Installation; "
                "Installation(Path(sys.argv[1])).create(); Path(sys.argv[1], 'static').mkdir()",
                home,
            ),
            cwd=ROOT,
            check=False,
        )
        if made.returncode:
            return 1
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            running: list[Future[tuple[Check, int, str, float]]] = [pool.submit(run, check, home) for check in chosen]
            for each in running:
                check, code, said, seconds = each.result()
                print(f"{'FAILED' if code else 'ok    '} {check.name} ({seconds:.1f} s)", flush=True)
                if code:
                    failed.append(check.name)
                    print(f"{said}\n-> {check.what_to_do}\n", flush=True)
    print(f"{len(chosen) - len(failed)} checks passed, {len(failed)} failed" + "".join(f"; {name}" for name in failed))
    return bool(failed)


def mend() -> int:
    code = present(*CODE)
    commands = [
        tool("ruff", "check", "--fix", "--quiet", *code),
        tool("ruff", "format", *code),
        tool("djlint", TEMPLATES, "--reformat", "--quiet"),
    ]
    # djlint answers 1 when it changed something, ruff when something is left to do by hand.
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=False)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Run every check that is not a test.")
    parser.add_argument("--mend", action="store_true", help="put code and templates into the house format instead")
    parser.add_argument("names", nargs="*", help="only these checks")
    options = parser.parse_args()
    if options.mend:
        return mend()
    known = checks()
    if unknown := set(options.names) - {check.name for check in known}:
        parser.error(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(c.name for c in known)}")
    return run_all([check for check in known if not options.names or check.name in options.names])


if __name__ == "__main__":
    sys.exit(main())
