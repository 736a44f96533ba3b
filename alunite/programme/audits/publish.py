"""What is said in public of an audit firm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from alunite.foundation.publications.kinds import NamedPayload, Payload, publication_kind, said
from alunite.programme.audits.models import Firm


@publication_kind("firm")
class FirmPayload(Payload):
    """An audit firm as sources name it; whether it is accredited is not known from these."""

    id: str = said("Public id of the firm.")
    name: str = said("Its name, as the source prints it.")
    standing: Literal["named_in_source_only"] = said("How it is known: named by a source, not from a list of firms.")
    merged: list[NamedPayload] = said("Firms that were merged into it, as one firm under other names.", default=[])


def firm_payload(firm: Firm, merged: Sequence[Firm] = ()) -> dict[str, Any]:
    """Return the payload of one firm, with the names of those that were merged into it."""
    others = [{"id": other.pk, "name": other.name} for other in merged]
    return {"id": firm.pk, "name": firm.name, "standing": "named_in_source_only", "merged": others}
