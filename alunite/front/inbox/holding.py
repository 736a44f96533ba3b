"""What this room holds of a person: what they want of their tasks."""

from __future__ import annotations

from typing import Any

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.personal import By, holds
from alunite.front.inbox.models import Wish


@holds("tasks", "What you want of your tasks by mail and in your calendar")
class Wishes:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return it, without the digest of the calendar's secret."""
        return [
            {
                "mail": wish.mail,
                "language": wish.language,
                "mailed_for": str(wish.mailed_for) if wish.mailed_for else None,
                "calendar_address_made_at": wish.secret_made_at.isoformat() if wish.secret_made_at else None,
            }
            for wish in Wish.objects.filter(person=person)
        ]

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002, the row is removed, not marked
        """Remove it; the calendar's address opens nothing from then on."""
        removed, _ = Wish.objects.filter(person=person).delete()
        return removed
