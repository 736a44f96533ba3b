"""Refuse what ties a committed file to one machine or one package index.

    .venv/bin/python scripts/check_addresses.py [FILE ...]

Locked lists of packages name no index and no address, and no file names a folder of somebody's machine.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = re.compile(r"^requirements/.*\.(txt|in)$|(^|/)package-lock\.json$|(^|/)uv\.lock$")
ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|\"resolved\"")
# Home folders of people, and the folders this checkout is in: a path that is right on one machine only.
CONFLICT = re.compile(r"^(<{7}|>{7}) ")
MACHINE = r"/(?:home|Users)/[A-Za-z][\w.-]*/|/root/\."
WHAT_TO_DO = (
    "Packages come from whatever index a machine uses: remake the lists with `make lock`. "
    "Name files from the top of the repository, and keep folders of one machine out of it."
)


def tracked() -> list[str]:
    """Files git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return sorted(name.decode() for name in listed.stdout.split(b"\0") if name)


def machine_pattern(root: Path) -> re.Pattern[str]:
    own = rf"|{re.escape(str(root))}(?![\w-])" if len(root.parts) > 2 else ""
    return re.compile(MACHINE + own)


def faults(names: list[str], root: Path) -> list[str]:
    machine = machine_pattern(root)
    said = []
    for name in names:
        path = root / name
        if not path.is_file() or path.is_symlink():
            continue
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        patterns = [("a folder of one machine", machine), ("two versions of one place", CONFLICT)]
        patterns += [("an address", ADDRESS)] if LOCKS.search(name) else []
        said += [
            f"{name}:{number}: {match[0]} ({what})"
            for number, line in enumerate(lines, 1)
            for what, pattern in patterns
            if (match := pattern.search(line))
        ]
    return said


def main(arguments: list[str]) -> int:
    named = [str(Path(name).resolve().relative_to(ROOT)) for name in arguments]
    said = faults(named or tracked(), ROOT)
    for line in said:
        print(line)
    if said:
        print(WHAT_TO_DO)
    return bool(said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
