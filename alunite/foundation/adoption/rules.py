"""Which scheme pack may follow which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alunite.foundation.core.judgement import Reason
from alunite.foundation.scheme.models import Named
from alunite.foundation.scheme.pack import Pack, name_key, names_of


def may_follow(before: Pack, after: Pack) -> tuple[Reason, ...]:
    """Return why `after` cannot follow `before`; nothing when it can.

    Statements stay as they came in, so every word that could be read must still be read as the same thing; and a
    release of a standard is frozen, so its number must still bear its hash.
    """
    if before.scheme.id != after.scheme.id:
        text = f"this installation runs the scheme {before.scheme.id!r}, the folder holds {after.scheme.id!r}"
        return (Reason("adoption.same_scheme", text, {"before": before.scheme.id, "after": after.scheme.id}),)
    return (*_changed_releases(before, after), *_lost_words(before, after))


def _changed_releases(before: Pack, after: Pack) -> Iterable[Reason]:
    seals = {(item.standard, release.number): release.sha256 for item in after.releases for release in item.releases}
    for item in before.releases:
        for release in item.releases:
            if seals.get((item.standard, release.number)) != release.sha256:
                text = (
                    f"{item.standard} release {release.number} is frozen, yet changed or gone; "
                    "supersede it by a new release"
                )
                values = {"standard": item.standard, "release": release.number}
                yield Reason("adoption.releases_are_frozen", text, values)


def _lost_words(before: Pack, after: Pack) -> Iterable[Reason]:
    now = _vocabulary(after)
    for (group, word), identifier in _vocabulary(before).items():
        if now.get((group, word)) != identifier:
            text = f"{group}: {word!r} was read as {identifier!r} and may stand in statements; keep it as an alias"
            yield Reason("adoption.words_stay", text, {"group": group, "word": word, "id": identifier})


def _vocabulary(pack: Pack) -> Mapping[tuple[str, str], str]:
    groups: dict[str, Iterable[Named]] = {
        "activities": pack.activities,
        "classes": pack.classes,
        "families": pack.families,
        "levels": pack.levels,
        "events": pack.events,
        **{f"versions of {family.id}": pack.versions_of(family.id) for family in pack.families},
    }
    return {
        (group, name_key(name)): item.id for group, items in groups.items() for item in items for name in names_of(item)
    }
