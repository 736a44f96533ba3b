"""`alunite key`."""

from __future__ import annotations

import click
from django.db import transaction

from alunite.config.commands.common import json_option, need_ready, show, writing
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.history.actions import record
from alunite.foundation.keys import signing

ROTATED_KIND = "key.rotated"


@click.group()
def key() -> None:
    """Look after the key this installation signs with."""


@key.command("show")
@json_option
def show_keys(*, as_json: bool) -> None:
    """Show every key there has been, oldest first. Note the newest where nobody on this machine can write."""
    need_ready()
    keys = signing.key_history()
    lines = [
        f"{item['id']}  {item['public_key']}  {'retired ' + item['retired_at'][:10] if item['retired_at'] else 'in use'}"
        for item in keys
    ]
    show({"keys": keys}, "\n".join(lines or ["no key has been made yet"]), as_json=as_json)


@key.command()
@json_option
def rotate(*, as_json: bool) -> None:
    """Retire the key in use and sign with a new one from now on. History tells of it.

    What the old key signed stays good, and its last signature says that the new one takes over.
    """
    # Sealed before and after: the old key vouches for all that was written while it was in use.
    with writing(), transaction.atomic():
        old = signing.active_signing_key()
        new = signing.rotate_signing_key()
        said = {"old": old.id if old else "", "new": new.id, "endorsement": new.endorsement}
        record(ROTATED_KIND, record_type="key", record_id=new.id, payload=said, actor=OPERATOR.label)
    text = f"signing with {new.id} from now on; {said['old']} is retired"
    show({"old": said["old"], "new": new.id}, text, as_json=as_json)
