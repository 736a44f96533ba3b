"""The frame of signed-in pages: the places in its rail, each shown to those who have business there.

A room registers its place in a module its `AppConfig.ready` imports::

    place("scopes", _("Scopes"), "scopes", order=20, shows=lambda actor: ...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from alunite.foundation.accounts.policies import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the workspace: its name, what it is called, the name of its address, and where it stands in the rail."""

    name: str
    label: str | Promise
    url_name: str
    order: int
    shows: Callable[[Actor], bool]


_places: dict[str, Place] = {}


def place(name: str, label: str | Promise, url_name: str, *, order: int, shows: Callable[[Actor], bool]) -> None:
    """Register a place; `ValueError` if there is one of that name."""
    if name in _places:
        raise ValueError(f"place {name!r} is registered twice")
    _places[name] = Place(name, label, url_name, order, shows)


def places_of(actor: Actor) -> list[Place]:
    """Return the places an actor has business in, in the order of the rail."""
    return sorted((one for one in _places.values() if one.shows(actor)), key=lambda one: one.order)


def in_workspace(
    request: HttpRequest,
    actor: Actor,
    template: str,
    context: Mapping[str, Any],
    *,
    at: str,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Return a page of the workspace; `at` is the name of the place it stands below."""
    return render(request, template, {**context, "places": places_of(actor), "at": at}, status=status)
