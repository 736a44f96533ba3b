"""The cast: one set of made-up accounts for demo, docs and tests, named by what they are."""

from __future__ import annotations

from dataclasses import dataclass

from alunite.foundation.accounts.roles import OrganisationKind, Role


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation of the cast."""

    name: str
    kind: OrganisationKind


@dataclass(frozen=True, slots=True)
class Player:
    """One account of the cast: sign-in name, name shown, role and where."""

    username: str
    display_name: str
    role: Role | None
    place: Place | None
    is_who: str
    is_admin: bool = False

    @property
    def email(self) -> str:
        """An address that leads nowhere, so that the walk-through's mail page has whom to write to."""
        return f"{self.username}@walkthrough.example"


METALS = Place("Fjordvik Metals (made up)", OrganisationKind.MEMBER)
FIRM = Place("Clearview Assurance (made up)", OrganisationKind.FIRM)
SECRETARIAT = Place("Secretariat (made up)", OrganisationKind.SECRETARIAT)
COMMITTEE = Place("Standards committee (made up)", OrganisationKind.COMMITTEE)
BUYER = Place("Brightcan Packaging (made up)", OrganisationKind.MEMBER)

CAST = (
    Player("member", "Marit Made-up", Role.MANAGER, METALS, "a member's sustainability manager", is_admin=True),
    Player("colleague", "Cato Made-up", Role.MANAGER, METALS, "a colleague at the same member"),
    Player("auditor", "Aïcha Made-up", Role.LEAD_AUDITOR, FIRM, "lead auditor of an accredited firm", is_admin=True),
    Player("junior", "Jun Made-up", Role.AUDITOR, FIRM, "auditor of the same firm, not accredited for mining"),
    Player("assurance", "Asante Made-up", Role.ASSURANCE, SECRETARIAT, "Secretariat, oversight"),
    Player("office", "Olga Made-up", Role.OFFICE, SECRETARIAT, "Secretariat, membership and data", is_admin=True),
    Player("committee", "Comfort Made-up", Role.DELEGATE, COMMITTEE, "committee member from a non-profit"),
    Player("buyer", "Bruno Made-up", Role.MANAGER, BUYER, "buyer at a downstream member"),
    Player("stranger", "Sam Made-up", None, None, "an account and nothing else"),
)
