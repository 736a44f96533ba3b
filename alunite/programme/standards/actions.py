"""Publishing what the scheme pack in force says."""

from __future__ import annotations

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.scheme.pack import Pack
from alunite.programme.standards.publish import mapping_payloads, scheme_payload, standard_payloads


def publish_pack(pack: Pack, *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish the vocabulary, the versions of standards and the mappings of a pack. `Refused` unless the actor may publish."""
    publish("scheme", [ToPublish(pack.scheme.id, scheme_payload(pack))], actor=actor, cause=cause)
    for kind, payloads in (("standard_version", standard_payloads(pack)), ("standard_mapping", mapping_payloads(pack))):
        publish(kind, [ToPublish(subject, payload) for subject, payload in payloads], actor=actor, cause=cause)
