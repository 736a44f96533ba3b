"""What a SIGKILL leaves behind, at any moment: nothing half done, and a second run that ends as the first would have.

A command runs in a process of its own on a copy of an installation, and kills itself just before or after the k-th
statement, commit or fsync: every moment at which anything lasting happens. `COMMANDS` takes any function.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from alunite.config import command_line, doctoring
from alunite.config.commands.common import writing
from alunite.foundation.accounts.actions import add_organisation, add_person, affiliate
from alunite.foundation.accounts.models import Affiliation, Person
from alunite.foundation.accounts.policies import IMPORTER, OPERATOR, Actor, actor_for
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Checkpoint, Entry
from alunite.foundation.history.sealing import log_path, seal
from alunite.foundation.history.verification import verify
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.keys.installation import Installation
from alunite.foundation.keys.signing import ensure_signing_key
from alunite.foundation.merging.actions import merge_records, propose_duplicates
from alunite.foundation.merging.models import Proposal, Status
from alunite.foundation.messages import ticking
from alunite.foundation.messages.models import OutgoingMail, TickedDay
from alunite.foundation.messages.ticking import Tick
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.front.register.models import Record
from alunite.front.register.projector import rebuild
from tests import databases, rows
from tests.operation.answering import (
    answers_unlike_their_history,
    outcome_of_answers,
    prepare,
    run_carry_over,
    run_save,
    run_workbook,
)
from tests.planting import ROOT
from tests.upgrade import tracer

MOMENTS_AT_FULL_LENGTH = 200
ROWS = 7
LABEL = f"killed_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork")


@dataclass(frozen=True)
class Base:
    """An installation that every moment gets a copy of."""

    copies: databases.Copies
    home: Path


def some_rows(folder: Path, kind: str, *, corrected: bool = False) -> Path:
    """A few of the tracer's rows, with their scopes said anew if asked for."""
    text = (tracer.EXPORTS / f"{kind}.csv").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)[: ROWS + 1]
    path = folder / f"{kind}{'-corrected' if corrected else ''}.csv"
    said = "".join(lines)
    path.write_text(said.replace("Aludium Alicante Facility", "Aludium Alicante Works") if corrected else said)
    return path


def remind_of_roles_held_for_long() -> None:
    """Let three days be due, and roles that nobody has confirmed."""
    Person.objects.filter(username="office").update(email="office@walkthrough.example")
    Affiliation.objects.update(since=timezone.now() - timedelta(days=300))
    before = timezone.now().date() - timedelta(days=3)
    names = [*(one.name for one in ticking.registered()), "killed.note"]
    TickedDay.objects.bulk_create(TickedDay(name=name, day=before) for name in names)


@pytest.fixture(scope="module")
def base(
    template_database: databases.Copies, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Base]:
    home = tmp_path_factory.mktemp("killed")
    shutil.copytree(tracer.HOME, home, dirs_exist_ok=True)
    (home / "checkpoints.log").unlink()
    shutil.rmtree(home / "keys")
    with django_db_blocker.unblock():
        template_database.copy("template", LABEL)
        with (
            databases.pointed_at(template_database, LABEL),
            override_settings(ALUNITE_HOME=home, INSTALLATION=Installation(home)),
        ):
            ensure_signing_key()
            rebuild()  # as `init` does: doctor asks which version made the read tables
            adopt_pack(ROOT / "schemes/asi", actor=OPERATOR)
            assert not import_files([("certificates", some_rows(home.parent, "certificates"))], actor=IMPORTER).faults
            twins = [{"name": "Test works", "country": "NO", "latitude": "59.9", "longitude": "10.7"}] * 2
            rows.taken_up(
                rows.importer(home.parent)(
                    facilities=[{"facility_id": f"T{number}", **row} for number, row in enumerate(twins)]
                )
            )
            assert propose_duplicates(actor=OPERATOR, kinds=["facility"]).new == 1
            add_person("office", actor=OPERATOR)
            house = add_organisation("Secretariat (made up)", OrganisationKind.SECRETARIAT, actor=OPERATOR)
            affiliate("office", house, Role.OFFICE, actor=OPERATOR)
            prepare(home)
            remind_of_roles_held_for_long()
            seal()
            # Something that is not sealed yet: a sealer has work to do.
            add_person("unsealed", actor=OPERATOR)
            template_database.close()
        yield Base(template_database, home)
        template_database.drop(LABEL)


def run_import(folder: Path) -> None:
    files = [f"members={some_rows(folder, 'members')}"]
    files.append(f"certificates={some_rows(folder, 'certificates', corrected=True)}")
    assert command_line.run(["import", *files]) == 0


def run_publish(_folder: Path) -> None:
    """A name said anew: as an action does it, and sealed as a command does."""
    with writing():
        firm = Record.objects.filter(kind="firm").order_by("title").first()
        publish("firm", [ToPublish(firm.subject, {**firm.payload, "name": "Another name (made up)"})], actor=OPERATOR)


def run_merge(_folder: Path) -> None:
    """Two records of one place become one, unless the run before came as far as that."""
    with writing():
        pair = Proposal.objects.get(kind="facility")
        if pair.status == Status.OPEN:
            office = actor_for(Person.objects.get(username="office"))
            merge_records(pair.pk, survivor=pair.first, version=pair.version, note="", actor=office)


def run_tick(_folder: Path) -> None:
    """Three days of two kinds: the reminders of roles, and an entry of history a day."""

    def note(day: date, actor: Actor) -> str:
        record("day.noted", record_type="day", record_id=str(day), payload={}, actor=actor.label)
        return ""

    ours = {one.name: one for one in [*ticking.registered(), Tick("killed.note", 90, note)]}
    with mock.patch.dict(ticking._ticks, ours), override_settings(ALUNITE_TODAY=timezone.now().date()):
        assert command_line.run(["tick"]) == 0


def run_seal(_folder: Path) -> None:
    seal()


COMMANDS: dict[str, Callable[[Path], None]] = {
    "answers": run_save,
    "carry-over": run_carry_over,
    "import": run_import,
    "merge": run_merge,
    "publish": run_publish,
    "seal": run_seal,
    "tick": run_tick,
    "workbook": run_workbook,
}
# Each day and each thing it brings is the same few statements again. Saving, carrying over and
# taking in have 24, 38 and 68 moments, fewer than an import: at full length all of them are tried.
SHARES = {"tick": 0.25, "answers": 0.34, "carry-over": 0.34, "workbook": 0.34}


class Killer:
    """Counts moments, and ends the process by SIGKILL at one of them; at none if `moment` is 0."""

    def __init__(self, moment: int) -> None:
        self.moment, self.passed = moment, 0

    def pass_by(self) -> None:
        self.passed += 1
        if self.passed == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def passing(*arguments: Any, **named: Any) -> Any:
            self.pass_by()
            result = function(*arguments, **named)
            self.pass_by()
            return result

        return passing

    def execute(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        return self.around(execute)(*arguments)

    def on_watch(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(connection.execute_wrapper(self.execute))
        stack.enter_context(mock.patch.object(connection, "_commit", self.around(connection._commit)))
        stack.enter_context(mock.patch.object(os, "fsync", self.around(os.fsync)))
        return stack


def in_a_process(run: Callable[[Path], None], folder: Path, moment: int) -> int:
    """Run in a forked process, killed at a moment; return how many moments went by, or 0 if it was killed."""
    connection.close()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            killer = Killer(moment)
            with killer.on_watch():
                run(folder)
            os.write(writer, str(killer.passed).encode())
            os._exit(0)
        except BaseException:  # noqa: BLE001, told to the parent by the exit status
            traceback.print_exc()
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as said:
        passed = said.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return 0
    assert os.WEXITSTATUS(status) == 0
    return int(passed)


@pytest.fixture
def place(base: Base, tmp_path: Path, django_db_blocker: Any) -> Iterator[Callable[[], Any]]:
    """Give a new copy of the base each time it is entered."""
    made: list[str] = []

    def copy() -> ExitStack:
        label = f"{LABEL}_{len(made)}"
        made.append(label)
        home = tmp_path / f"home{len(made)}"
        shutil.copytree(base.home, home)
        base.copies.copy(LABEL, label)
        stack = ExitStack()
        stack.callback(base.copies.drop, label)
        stack.callback(ContentType.objects.clear_cache)
        stack.enter_context(databases.pointed_at(base.copies, label))
        stack.enter_context(
            override_settings(ALUNITE_HOME=home, INSTALLATION=Installation(home), MEDIA_ROOT=home / "files")
        )
        return stack

    with django_db_blocker.unblock():
        yield copy


def outcome(folder: Path) -> dict[str, Any]:
    """What a run leaves for others to see, without ids drawn by lot and instants."""
    said: dict[str, Any] = {}
    for kind in ("members", "certificates"):
        export_statements(import_kind(kind), folder / "out.csv")
        said[kind] = (folder / "out.csv").read_bytes()
    said["records"] = sorted(Record.objects.values_list("kind", "title", "version", "withdrawal"))
    said["entries"] = Counter(Entry.objects.values_list("kind", flat=True))
    newest = Checkpoint.objects.order_by("-number").first()
    said["sealed"] = Entry.objects.filter(id__lte=newest.last).count()
    said["days"] = sorted(TickedDay.objects.values_list("name", "day"))
    said["mail"] = sorted(OutgoingMail.objects.values_list("to", "subject"))
    said |= outcome_of_answers()
    said["lines"] = len(log_path().read_bytes().splitlines()) == Checkpoint.objects.count()
    return said


def assert_whole() -> None:
    assert verify(None).problems == []
    assert answers_unlike_their_history() == []
    # Days wait to be done, here and where a process was killed before it came to them: doctor has to say so.
    findings = [each for each in doctoring.examine() if each.findings and each.name != "days"]
    assert findings == []


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.soak
def test_killed_at_any_moment_nothing_is_half_done_and_the_next_run_ends_it(name, place, tmp_path, soak, capfd):
    run = COMMANDS[name]
    with place():
        total = in_a_process(run, tmp_path, moment=0)
        wanted = outcome(tmp_path)
        assert_whole()
    assert total > 8
    assert wanted["lines"]
    moments = range(1, total + 1)
    # A copy of a database costs more on a server; what is tried there is the same.
    share = SHARES.get(name, 1) * (soak if connection.vendor == "sqlite" else soak / 4)
    number = min(max(round(MOMENTS_AT_FULL_LENGTH * share), 1), total)
    for moment in sorted(random.Random(f"{name} {number}").sample(moments, number)):
        with place():
            assert in_a_process(run, tmp_path, moment) == 0, f"{name} was not killed at moment {moment} of {total}"
            assert_whole()
            in_a_process(run, tmp_path, moment=0)
            assert outcome(tmp_path) == wanted, f"{name}, killed at moment {moment} of {total}"
            assert_whole()
