"""`alunite key rotate`: history tells of it, and everything signed before and after still checks."""

from __future__ import annotations

import json

from alunite.config.command_line import run
from alunite.foundation.history.models import Entry
from alunite.foundation.history.verification import verify
from alunite.foundation.keys.endorsement import faults_of_keys, follows
from alunite.foundation.keys.installation import Installation
from alunite.foundation.keys.signing import ensure_signing_key, key_history
from alunite.front.register.tests import world


def told(capfd, *command: str):
    assert run([*command, "--json"]) == 0
    return json.loads(capfd.readouterr().out)


def test_a_rotated_key_is_in_history_and_all_signatures_stay_good(committed_db, own_home, capfd):
    world.adopt()
    first = ensure_signing_key().id
    made = told(capfd, "key", "rotate")
    assert made["old"] == first
    assert verify().keys == [first, made["new"]], "the old key vouches for all that came before"
    entry = Entry.objects.get(kind="key.rotated")
    assert (entry.record_id, entry.data["old"]) == (made["new"], first)
    [old, new] = told(capfd, "key", "show")["keys"]
    assert (old["id"], new["id"], new["retired_at"], new["endorsed_by"]) == (first, made["new"], "", first)
    assert old["retired_at"]
    installation = Installation(own_home).id
    assert faults_of_keys(installation, key_history()) == []
    assert follows(key_history(), first, made["new"])
    assert not follows(key_history(), made["new"], first)
    assert faults_of_keys("another", key_history()), "an endorsement is of one installation"
    again = told(capfd, "key", "rotate")
    day = told(capfd, "snapshot", "write")
    checked = told(capfd, "snapshot", "verify", day["folder"], "--key", first)
    assert (checked["ok"], checked["key"], checked["publications"]) == (True, again["new"], day["publications"])
    assert verify().ok
