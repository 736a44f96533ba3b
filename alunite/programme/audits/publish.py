"""What is said in public of an audit firm."""

from __future__ import annotations

from typing import Any, Literal

from alunite.foundation.publications.kinds import Payload, publication_kind, said
from alunite.programme.audits.models import Firm


@publication_kind("firm")
class FirmPayload(Payload):
    """An audit firm as sources name it; whether it is accredited is not known from these."""

    id: str = said("Public id of the firm.")
    name: str = said("Its name, as the source prints it.")
    standing: Literal["named_in_source_only"] = said("How it is known: named by a source, not from a list of firms.")


def firm_payload(firm: Firm) -> dict[str, Any]:
    """Return the payload of one firm."""
    return {"id": firm.pk, "name": firm.name, "standing": "named_in_source_only"}
