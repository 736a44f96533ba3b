"""What the stories of the walk-through have in common: files in `samples/walkthrough`, each for one scheme."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from django.conf import settings
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import Actor, actor_for
from alunite.foundation.adoption.queries import current_pack


class Said(BaseModel):
    """Something a file says; what it says beyond that is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OfAScheme(Protocol):
    """A story, and the id of the scheme it is told for."""

    scheme: str

    @classmethod
    def model_validate(cls, obj: Any) -> Any:
        """Read it."""


StoryT = TypeVar("StoryT", bound=OfAScheme)


def read_story(name: str, kind: type[StoryT]) -> StoryT | None:
    """Return the story in a file; None where another scheme is in force.

    Raises
    ------
    pydantic.ValidationError
        With every fault of the file.
    """
    story: StoryT = kind.model_validate(YAML(typ="safe").load(settings.REPOSITORY / "samples" / "walkthrough" / name))
    return story if story.scheme == current_pack().scheme.id else None


def person_of(player: str) -> Person:
    """Return somebody of the cast."""
    return Person.objects.get(username=player)


def acting(player: str) -> Actor:
    """Return somebody of the cast as who acts."""
    return actor_for(person_of(player))


def place_of(player: str) -> Organisation:
    """Return the made-up organisation somebody of the cast belongs to."""
    return Organisation.objects.filter(affiliations__person__username=player, made_up=True).distinct().get()
