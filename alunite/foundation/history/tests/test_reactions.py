"""Consequences: in floor order, in the same transaction, once, not without end, all or nothing."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from alunite.foundation.history import reactions
from alunite.foundation.history.actions import Change, record, record_many
from alunite.foundation.history.errors import ReactionsTooDeep
from alunite.foundation.history.models import Entry, Reaction
from alunite.foundation.history.reactions import FLOORS, reaction_table, reacts_to

pytestmark = pytest.mark.usefixtures("no_reactions")


def _record(kind="membership.terminated", record_id="1", **more):
    return record(kind, record_type="membership", record_id=record_id, payload={"why": "x"}, actor="person:7", **more)


def test_reactions_run_in_floor_order_with_actor_and_cause(db):
    calls = []

    def reaction(room):
        def react(entry, *, actor, cause):
            calls.append((room, entry, actor, cause, entry.data))

        reacts_to("membership.terminated", room=room)(react)

    for room in ("register", "certificates", "accounts", "claims"):
        reaction(room)
    entry = _record()
    assert calls == [
        (room, entry, "system", entry, {"why": "x"}) for room in ("accounts", "certificates", "claims", "register")
    ]
    _record("membership.renewed")
    assert len(calls) == 4


def test_the_room_is_the_app_of_the_functions_module():
    @reacts_to("a.b")
    def react(entry, *, actor, cause):
        """Do nothing."""

    assert reaction_table() == [("a.b", "history", "react")]


def test_a_room_without_a_floor_is_an_error():
    with pytest.raises(ImproperlyConfigured, match="FLOORS"):
        reacts_to("a.b", room="cellar")(lambda entry, *, actor, cause: None)


def test_a_function_outside_every_app_is_an_error():
    def react(entry, *, actor, cause):
        """Do nothing."""

    react.__module__ = "elsewhere.reactions"
    with pytest.raises(ImproperlyConfigured, match="no installed app"):
        reacts_to("a.b")(react)


def test_one_name_is_registered_once_for_a_kind():
    def react(entry, *, actor, cause):
        """Do nothing."""

    reacts_to("a.b", room="claims")(react)
    reacts_to("c.d", room="claims")(react)
    with pytest.raises(ImproperlyConfigured, match="already"):
        reacts_to("a.b", room="claims")(react)
    assert reaction_table() == [("a.b", "claims", "react"), ("c.d", "claims", "react")]


def test_the_floors_are_those_that_imports_are_held_to():
    pyproject = tomllib.loads(Path(settings.REPOSITORY, "pyproject.toml").read_text("utf-8"))
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    held_to = [layer.strip("()").rpartition(".")[2] for layer in reversed(layers)]
    rooms = held_to[held_to.index("keys") :]
    assert [room for room in FLOORS if room in rooms] == [room for room in rooms if room in FLOORS]
    assert set(rooms) - set(FLOORS) <= {"config"}


def test_a_failing_reaction_undoes_the_whole_action(committed_db):
    @reacts_to("membership.terminated", room="certificates")
    def annul(entry, *, actor, cause):
        record("certificate.annulled", record_type="certificate", record_id="9", payload={}, actor=actor, cause=cause)

    @reacts_to("membership.terminated", room="claims")
    def fail(entry, *, actor, cause):
        raise LookupError("no such claim")

    with pytest.raises(LookupError, match="no such claim"), transaction.atomic():
        _record()
    assert not Entry.objects.exists()
    assert not Reaction.objects.exists()


def test_a_swallowed_failure_still_undoes_the_whole_action(committed_db):
    @reacts_to("membership.terminated", room="claims")
    def fail(entry, *, actor, cause):
        raise LookupError("no such claim")

    with transaction.atomic(), suppress(LookupError):
        _record()
    assert not Entry.objects.exists()


def test_consequences_of_consequences_name_their_causes(db):
    @reacts_to("membership.terminated", room="certificates")
    def annul(entry, *, actor, cause):
        record("certificate.annulled", record_type="certificate", record_id="9", payload={}, actor=actor, cause=cause)

    @reacts_to("certificate.annulled", room="claims")
    def withdraw(entry, *, actor, cause):
        record("claim.withdrawn", record_type="claim", record_id="3", payload={}, actor=actor, cause=cause)

    entry = _record()
    annulled, withdrawn = Entry.objects.order_by("id")[1:]
    assert (annulled.cause, withdrawn.cause) == (entry, annulled)
    assert {annulled.actor, withdrawn.actor} == {"system"}


def test_reactions_without_end_are_stopped(db):
    calls = []

    @reacts_to("a.b", room="claims")
    def again(entry, *, actor, cause):
        calls.append(entry)
        record("a.b", record_type="thing", record_id=entry.record_id, payload={}, actor=actor, cause=cause)

    with pytest.raises(ReactionsTooDeep, match=r"a\.b → a\.b"), transaction.atomic():
        _record("a.b")
    assert len(calls) == reactions.DEEPEST == 8
    assert not Entry.objects.exists()


def test_the_depth_is_counted_anew_for_each_action(db):
    calls = []

    @reacts_to("a.b", room="claims")
    def react(entry, *, actor, cause):
        calls.append(entry.record_id)

    record_many("a.b", [Change("thing", str(n), {}) for n in range(reactions.DEEPEST + 3)], actor="system")
    assert len(calls) == reactions.DEEPEST + 3


def test_running_again_runs_only_what_has_not_run(db):
    calls = []

    @reacts_to("membership.terminated", room="claims")
    def old(entry, *, actor, cause):
        calls.append("old")

    entry = _record()

    @reacts_to("membership.terminated", room="voice")
    def new(entry, *, actor, cause):
        calls.append("new")

    reactions.run([entry])
    reactions.run([entry])
    assert calls == ["old", "new"]
    assert set(Reaction.objects.values_list("cause", "reaction")) == {(entry.pk, "claims.old"), (entry.pk, "voice.new")}


def test_entries_nobody_reacts_to_cost_no_query(db, django_assert_num_queries):
    entry = _record()
    with django_assert_num_queries(0):
        reactions.run([entry])
