"""How long the register's pages take, side by side with a bare page of the same server.

.venv/bin/python benchmarks/register.py [--rows 2000] [--rounds 60]

A synthetic register of real rows repeated under other record ids is imported into a temporary home; granian serves it
and, on another port, `hello.py`. Pages and yardstick are asked in turn, so that a drift of the machine meets both.
Figures are ratios of medians; the floors for 100,000 rows come with the records issue.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alunite-bench-") as folder:
        environment = os.environ | {
            "ALUNITE_HOME": f"{folder}/home",
            "ALUNITE_MASTER_KEY": "for this benchmark only, and never kept",
            "DJANGO_SETTINGS_MODULE": "alunite.config.settings",
        }
        rows = synthetic(Path(folder) / "certificates.csv", options.rows)
        alunite(environment, "init")
        started = time.perf_counter()
        alunite(environment, "import", f"certificates={rows}")
        print(f"import: {options.rows / (time.perf_counter() - started):.0f} rows a second (whole process)")
        pages, hello = free_port(), free_port()
        servers = [
            serve(environment, pages, "alunite.config.wsgi:application"),
            serve(environment | {"PYTHONPATH": str(ROOT / "benchmarks")}, hello, "hello:application"),
        ]
        try:
            wait(pages)
            wait(hello)
            measure(pages, hello, options.rounds)
        finally:
            for server in servers:
                server.terminate()
            for server in servers:
                server.wait()
    return 0


def synthetic(path: Path, count: int) -> Path:
    with (ROOT / "samples" / "public-pages" / "certificates.csv").open(encoding="utf-8", newline="") as file:
        real = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(real[0]))
        writer.writeheader()
        for number in range(count):
            row = real[number % len(real)] | {"record_id": f"B{number:07d}"}
            writer.writerow(row | {"certificate_number": str(number) if row["certificate_number"] else ""})
    return path


def alunite(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([str(BIN / "alunite"), *arguments], env=environment, check=True, capture_output=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(environment: dict[str, str], port: int, application: str) -> subprocess.Popen[bytes]:
    command = [str(BIN / "granian"), "--interface", "wsgi", "--port", str(port), "--blocking-threads", "4", application]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait(port: int) -> None:
    for _ in range(300):
        try:
            get(port, "/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nothing answers on port {port}")


def get(port: int, path: str) -> tuple[float, bytes]:
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    took = time.perf_counter() - started
    connection.close()
    if response.status != http.HTTPStatus.OK:
        raise SystemExit(f"{path}: {response.status}")
    return took, body


def measure(pages: int, hello: int, rounds: int) -> None:
    listing = get(pages, "/register/?q=183")[1].decode()
    record = re.search(r'href="(/certificates/[^"]+)"', listing)
    paths = {
        "list": "/register/",
        "list on a day": "/register/?on=2020-06-30",
        "list with text": "/register/?q=hydro",
        "record": record[1] if record else "/register/",
        "standards": "/standards/",
        "home": "/",
    }
    for path in paths.values():
        get(pages, path)
    for name, path in paths.items():
        ours, bare = [], []
        for _ in range(rounds):
            ours.append(get(pages, path)[0])
            bare.append(get(hello, "/")[0])
        ratio = statistics.median(ours) / statistics.median(bare)
        median, p95 = statistics.median(ours) * 1000, sorted(ours)[int(rounds * 0.95)] * 1000
        print(f"{name:<16} {ratio:6.1f} x hello   median {median:6.1f} ms   p95 {p95:6.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
