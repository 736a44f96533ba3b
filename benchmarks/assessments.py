"""How long self assessments take: opened, answered, listed, looked through, opened anew, had as a workbook; by the API, with a session.

.venv/bin/python benchmarks/assessments.py [--database sqlite|postgresql] [--answers 137000] [--folder FOLDER] [--limits]

The world of `assessing.py` (10,000 self assessments of 300 members, each answer with its entry of history, three of ten with
evidence, one with a comment) is built once into `--folder` and used again. granian serves it; one client asks for everything in
turn, as a member's manager with a session (the list of all: as a person who manages for all 300), with permissions on and
each answer checked. `--limits` fails beyond the floors, which hold at every size. How long a made-up scheme of 106 and of 1,189
criteria takes to be read and checked is told as well.

Yardstick, measured on such a machine with an open-source GRC platform and 137,000 answers: open a whole assessment 4,163 ms,
save one answer 1,862 ms, list 50 answers 3,573 ms, list 50 assessments 77 ms, export as XLSX 185 ms.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import re
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from register import BIN, DATABASES, ROOT, WORLDS, Server, machine, p95, postgresql, settle

MOST_MILLISECONDS = {
    "open a whole one": 25,
    "save one answer": 10,
    "save 100 answers": 150,
    "list 50 answers": 25,
    "list 50 of all": 25,
    "readiness": 20,
    "open a new one": 60,
    "have a workbook": 150,
}
# A slow answer among many may take so many times as long as a usual one.
MOST_SPREAD = 3
CRITERIA = 106
# Of names and of headings.
ROWS_ABOVE = 2
LOADED = {106: 500, 1_189: 1_500}
API = "/api/v1/work/assessments"
BUILDER = str(ROOT / "benchmarks" / "assessing.py")


@dataclass
class Session:
    """A client that is signed in."""

    connection: http.client.HTTPConnection
    cookies: dict[str, str]

    @classmethod
    def of(cls, server: Server, name: str) -> Session:
        """Sign in by the form, as a browser would."""
        made = cls(server.connect(), {})
        page = made.ask("GET", "/account/login/")[1].decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        said = {
            "login": name,
            "password": "correct horse battery staple",
            "csrfmiddlewaretoken": token[1] if token else "",
        }
        made.ask("POST", "/account/login/", urlencode(said), "application/x-www-form-urlencoded", wanted=302)
        return made

    def ask(
        self, method: str, path: str, body: str = "", media_type: str = "application/json", *, wanted: int = 200
    ) -> tuple[float, bytes]:
        """Return how many milliseconds an answer took, and what it was."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers |= {"Content-Type": media_type, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        started = time.perf_counter()
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        told = answer.read()
        took = (time.perf_counter() - started) * 1000
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {key: one.value for key, one in SimpleCookie(value).items()}
        if answer.status != wanted:
            raise SystemExit(f"{method} {path}: {answer.status} {told[:500]!r}")
        return took, told


@dataclass
class Taken:
    """What an operation took, in milliseconds, and how often it asked the database."""

    name: str
    median: float
    p95: float
    server: float
    queries: int

    def misses(self) -> list[str]:
        """Return what is beyond its limit."""
        most = MOST_MILLISECONDS[self.name]
        found = [f"{self.name}: {self.median:.1f} ms, at most {most}"] if self.median > most else []
        if self.p95 > MOST_SPREAD * self.median:
            found.append(f"{self.name}: p95 {self.p95:.1f} ms, at most {MOST_SPREAD} times the median")
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, action="append", help="one of them only; else both")
    parser.add_argument("--answers", type=int, default=137_000)
    parser.add_argument("--folder", type=Path, default=WORLDS, help="where worlds are kept")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--limits", action="store_true", help="fail where a limit is passed")
    options = parser.parse_args()
    beyond = []
    for database in options.database or DATABASES:
        with (
            a_world(options, database) as (environment, told),
            Server(environment, "alunite.config.wsgi:application") as site,
        ):
            taken = measure(site, told, options.rounds)
        print(f"{database}, {options.answers} answers, built in {told['seconds']} s; {machine()}")
        print(f"{'':<22} {'median':>8} {'p95':>8} {'server':>8} {'queries':>8}")
        for one in taken:
            print(f"{one.name:<22} {one.median:8.1f} {one.p95:8.1f} {one.server:8.1f} {one.queries:8}")
            beyond += [f"{database}: {miss}" for miss in one.misses()]
    for criteria, most in LOADED.items():
        took = loading(options.folder, criteria)
        print(f"a scheme of {criteria} criteria read and checked in {took:.0f} ms")
        beyond += [f"a scheme of {criteria} criteria: {took:.0f} ms, at most {most}"] if took > most else []
    for miss in beyond:
        print(f"beyond its limit: {miss}")
    return int(options.limits and bool(beyond))


@contextmanager
def a_world(options: argparse.Namespace, database: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Yield the environment of a world, built first if it is not there, and what there is to ask for."""
    folder = (options.folder / f"assessments-{database}-{options.answers}").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ALUNITE_", "DATABASE_"))}
    environment |= {
        "ALUNITE_HOME": str(folder / "home"),
        "ALUNITE_MASTER_KEY": "for this benchmark only, and never kept",
        "ALUNITE_LOG_LEVEL": "INFO",
        "ALUNITE_LOG_STYLE": "json",
        "DJANGO_SETTINGS_MODULE": "alunite.config.settings",
    }
    with ExitStack() as stack:
        if database == "postgresql":
            environment["DATABASE_URL"] = stack.enter_context(postgresql(folder / "server"))
        done = folder / "built.json"
        if not done.exists():
            scheme = folder / "scheme"
            quiet = environment | {"ALUNITE_LOG_LEVEL": "WARNING"}
            run(quiet, "pack", str(scheme), "--criteria", str(CRITERIA))
            told = run(quiet, "build", "--scheme", str(scheme), "--answers", str(options.answers))
            done.write_text(told.splitlines()[-1], encoding="utf-8")
        else:
            subprocess.run([str(BIN / "alunite"), "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
        if database == "postgresql":
            settle(environment["DATABASE_URL"])
        yield environment, json.loads(done.read_text(encoding="utf-8"))


def run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, BUILDER, *arguments]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


class Desk:
    """What the client asks for, each answer checked."""

    def __init__(self, site: Server, told: dict[str, str]) -> None:
        self.client, self.client_of_all = Session.of(site, "measurer"), Session.of(site, "measurer-of-all")
        self.scope, self.base = told["scope"], f"{API}/{told['whole']}"
        whole = json.loads(self.client.ask("GET", self.base)[1])
        self.versions: dict[str, int] = {one["number"]: one["answer"]["version"] for one in whole["criteria"]}

    def operations(self) -> dict[str, Callable[[], float]]:
        """Return what is measured, by name."""
        numbers = list(self.versions)
        return {
            "open a whole one": self.opens,
            "save one answer": lambda: self.saves(numbers[:1]),
            "save 100 answers": lambda: self.saves(numbers[:100]),
            "list 50 answers": lambda: self.lists(self.client, f"{self.base}/answers?limit=50"),
            "list 50 of all": lambda: self.lists(self.client_of_all, f"{API}?limit=50"),
            "readiness": self.looks_through,
            "open a new one": self.begins,
            "have a workbook": self.exports,
        }

    def opens(self) -> float:
        """Open a self assessment in which everything is answered."""
        took, body = self.client.ask("GET", self.base)
        require(sum(bool(one["answer"]) for one in json.loads(body)["criteria"]) == CRITERIA, "a whole self assessment")
        return took

    def saves(self, numbers: list[str]) -> float:
        """Save answers with values of their own, one by the address of one."""
        word = f"Said at {time.time()}"
        said = [
            {"number": number, "version": self.versions[number], "values": {"text": f"{word} of {number}"}}
            for number in numbers
        ]
        one = len(numbers) == 1
        path = f"{self.base}/answers/{numbers[0]}" if one else f"{self.base}/answers"
        body = {name: said[0][name] for name in ("version", "values")} if one else {"answers": said}
        took, told = self.client.ask("PUT", path, json.dumps(body))
        for found in json.loads(told)["items"]:
            number = found["number"]
            self.versions[number] += 1
            require(
                (found["values"]["text"], found["version"]) == (f"{word} of {number}", self.versions[number]), number
            )
        return took

    def lists(self, client: Session, path: str) -> float:
        """List fifty of something."""
        took, body = client.ask("GET", path)
        require(len(json.loads(body)["items"]) == 50, path)
        return took

    def looks_through(self) -> float:
        """Ask what is missing before an audit."""
        took, body = self.client.ask("GET", f"{self.base}/readiness")
        require("is_ready" in json.loads(body), "readiness")
        return took

    def begins(self) -> float:
        """Open another self assessment."""
        body = json.dumps({"scope": self.scope, "standard": "leaf-1"})
        return self.client.ask("POST", API, body, wanted=201)[0]

    def exports(self) -> float:
        """Have a self assessment as a workbook."""
        took, body = self.client.ask("GET", f"{self.base}/workbook")
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            rows = book.read("xl/worksheets/sheet1.xml").count(b"<row ")
        require(rows == ROWS_ABOVE + CRITERIA, "a workbook of all criteria")
        return took


def require(holds: bool, what: str) -> None:
    """Leave where an answer is not what was asked for: its time would mean nothing."""
    if not holds:
        raise SystemExit(f"{what}: not what was asked for")


def measure(site: Server, told: dict[str, str], rounds: int) -> list[Taken]:
    """Ask for everything in turn, so that a drift of the machine meets all of it."""
    operations = Desk(site, told).operations()
    times: dict[str, list[float]] = {name: [] for name in operations}
    for operation in operations.values():
        operation()  # what a process keeps is filled by whoever asks first
    for _ in range(rounds):
        for name, operation in operations.items():
            times[name].append(operation())
    lines = site.logged(rounds * len(operations))
    found = []
    for at, (name, taken) in enumerate(times.items()):
        mine = lines[at :: len(operations)]
        server = statistics.median(line["milliseconds"] for line in mine)
        most = max(int(line["queries"]) for line in mine)
        found.append(Taken(name, statistics.median(taken), p95(sorted(taken)), server, most))
    return found


def loading(folder: Path, criteria: int) -> float:
    """Return how many milliseconds a made-up scheme takes to be read and checked, in a process of its own."""
    scheme = folder / f"scheme-{criteria}"
    subprocess.run([sys.executable, BUILDER, "pack", str(scheme), "--criteria", str(criteria)], check=True)
    code = (
        "import sys, time; from pathlib import Path; from alunite.foundation.scheme.loader import load_pack\n"
        "began = time.perf_counter(); load_pack(Path(sys.argv[1])); print((time.perf_counter() - began) * 1000)"
    )
    return float(
        subprocess.run([sys.executable, "-c", code, str(scheme)], check=True, stdout=subprocess.PIPE, text=True).stdout
    )


if __name__ == "__main__":
    sys.exit(main())
