"""Publishing what the scheme pack in force says."""

from __future__ import annotations

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.scheme.pack import Pack
from alunite.programme.standards.publish import scheme_payload, standard_payloads


def publish_pack(pack: Pack, *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish the vocabulary of a pack and each version of its standards. `Refused` unless the actor may publish."""
    publish("scheme", [ToPublish(pack.scheme.id, scheme_payload(pack))], actor=actor, cause=cause)
    publish(
        "standard_version",
        [ToPublish(version, payload) for version, payload in standard_payloads(pack)],
        actor=actor,
        cause=cause,
    )
