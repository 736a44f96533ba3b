"""Run every benchmark in benchmarks/, or those named; each prints its figures and fails where a limit is passed.

.venv/bin/python scripts/bench.py [NAME ...]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What benchmarks are made with.
NO_BENCHMARKS = {"hello", "world"}


def main(names: list[str]) -> int:
    known = {path.stem: path for path in sorted((ROOT / "benchmarks").glob("*.py"))}
    known = {name: path for name, path in known.items() if name not in NO_BENCHMARKS}
    if unknown := set(names) - known.keys():
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(known) or 'none'}")
        return 2
    if not known:
        print("there is no benchmark yet: put the first into benchmarks/<what>.py")
    failed = 0
    for name in names or known:
        print(f"== {name}", flush=True)
        failed |= bool(subprocess.run([sys.executable, str(known[name])], cwd=ROOT, check=False).returncode)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
