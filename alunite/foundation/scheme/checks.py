"""What must agree across a pack: ids, names, counts, order of days, released content.

These checks look at plain data and pass over what does not have its shape, so that one malformed record does not hide
the faults of the others. Shapes are checked by the models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from alunite.foundation.core.canonical import digest
from alunite.foundation.core.days import PartialDate
from alunite.foundation.scheme.pack import name_key
from alunite.foundation.scheme.reading import PackFile, Place
from alunite.foundation.scheme.values import EVERY

# Sides of a link of a mapping.
SIDES = ("before", "after")
MANY = 1000
NAMED_LISTS = ("activities", "classes", "families", "levels", "events", "ratings", "indicators")


def _records(file: PackFile, place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield the records of a list with their places."""
    found = file.at(place)
    for index, record in enumerate(found if isinstance(found, list) else ()):
        if isinstance(record, dict):
            yield (*place, index), record


def _texts(file: PackFile, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield the texts of a list with their places."""
    found = file.at(place)
    for index, text in enumerate(found if isinstance(found, list) else ()):
        if isinstance(text, str):
            yield (*place, index), text


def _ids(file: PackFile, *place: str) -> set[str] | None:
    """Return the ids of a list of records, or None where there is no list."""
    if not isinstance(file.at(place), list):
        return None
    return {str(record.get("id")) for _, record in _records(file, place)}


def _values(file: PackFile, places: list[Place], key: str) -> set[str | int]:
    """Return the texts and whole numbers that stand under a key of several records."""
    found = (file.at((*place, key)) for place in places)
    return {value for value in found if isinstance(value, str | int)}


def _known(file: PackFile, place: Place, ids: set[str] | None, what: str) -> None:
    """Note every text of a list that is not among `ids`, and every one said twice."""
    seen: set[str] = set()
    for at, text in _texts(file, place):
        if ids is not None and text not in ids:
            file.fault(at, f"the id of {what}")
        elif text in seen:
            file.fault(at, "each id once")
        seen.add(text)


def _known_one(file: PackFile, place: Place, ids: set[str] | None, what: str) -> None:
    text = file.at(place)
    if isinstance(text, str) and ids is not None and text not in ids:
        file.fault(place, f"the id of {what}")


def _unique(file: PackFile, places: Iterator[Place] | list[Place], what: str) -> None:
    """Note every place whose value stood at an earlier one."""
    seen: set[str | int] = set()
    for place in places:
        value = file.at(place)
        if not isinstance(value, str | int):
            continue
        if value in seen:
            file.fault(place, f"{what} that stands only once")
        seen.add(value)


def _unique_names(file: PackFile, places: list[Place]) -> None:
    """Note ids, labels and aliases by which more than one thing would be found."""
    owners: dict[str, Place] = {}
    for place in places:
        own = {name_key(str(file.at((*place, key)))) for key in ("id", "label")}
        for key in ("id", "label"):
            name = file.at((*place, key))
            if isinstance(name, str):
                _claim(file, owners, (*place, key), name, place)
        for at, alias in _texts(file, (*place, "aliases")):
            if name_key(alias) in own or owners.get(name_key(alias)) == place:
                file.fault(at, "a name that is not already there")
            else:
                _claim(file, owners, at, alias, place)


def _claim(file: PackFile, owners: dict[str, Place], at: Place, name: str, owner: Place) -> None:
    taken = owners.setdefault(name_key(name), owner)
    if taken != owner:
        file.fault(at, f"a name of its own; {file.at((*taken, 'id'))} has it already")


def _day(text: Any) -> PartialDate | None:
    try:
        return PartialDate.parse(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _in_order(file: PackFile, places: list[Place], *, strictly: bool = False) -> None:
    """Note a day that comes before the one listed ahead of it (or, strictly, on it)."""
    known = [(place, day) for place in places if (day := _day(file.at(place)))]
    for (_, before), (place, after) in pairwise(known):
        too_early = after.latest <= before.earliest if strictly else after.latest < before.earliest
        if too_early:
            file.fault(place, f"a day {'after' if strictly else 'not before'} {before}, which stands before it")


def _every_place(file: PackFile, list_place: Place, key: str) -> list[Place]:
    return [(*place, key) for place, _ in _records(file, list_place)]


def check_scheme(scheme: PackFile) -> None:
    """Check `scheme.yaml` within itself."""
    if not scheme.is_read:
        return
    for name in NAMED_LISTS:
        _unique_names(scheme, [place for place, _ in _records(scheme, (name,))])
    families, activities = _ids(scheme, "families"), _ids(scheme, "activities")
    for place, _ in _records(scheme, ("activities",)):
        _known(scheme, (*place, "families"), families, "a standard family")
        for stands, _ in _records(scheme, (*place, "stands_as")):
            _known_one(scheme, (*stands, "family"), families, "a standard family")
            _known_one(scheme, (*stands, "activity"), activities, "an activity")
    _check_versions(scheme, families)
    _unique(scheme, _every_place(scheme, ("version_changes",), "id"), "an id")
    versions, events = _ids(scheme, "versions"), _ids(scheme, "events")
    for place, _ in _records(scheme, ("version_changes",)):
        _known(scheme, (*place, "versions"), versions, "a version")
        _known(scheme, (*place, "events"), events, "a certification event")
        _in_order(scheme, [(*place, "free_choice_from"), (*place, "free_choice_until")])
        _in_order(scheme, [(*place, "free_choice_until"), (*place, "required_from")], strictly=True)
    for place, _ in _records(scheme, ("milestones",)):
        _known_one(scheme, (*place, "family"), families, "a standard family")
        _in_order(scheme, [(*place, "start"), (*place, "end")])
    _in_order(scheme, _every_place(scheme, ("milestones",), "start"))


def _check_versions(scheme: PackFile, families: set[str] | None) -> None:
    by_family: dict[str, list[Place]] = {}
    _unique(scheme, _every_place(scheme, ("versions",), "id"), "an id")
    for place, version in _records(scheme, ("versions",)):
        _known_one(scheme, (*place, "family"), families, "a standard family")
        by_family.setdefault(str(version.get("family")), []).append(place)
        _in_order(scheme, [(*place, "published"), *_every_place(scheme, (*place, "notes"), "date")])
        _unique(scheme, _every_place(scheme, (*place, "outline", "parts"), "number"), "a number")
        if version.get("file") is not None and version.get("outline") is not None:
            scheme.fault((*place, "outline"), "no outline beside a file: its parts stand there")
    for places in by_family.values():
        _unique_names(scheme, places)
        _in_order(scheme, [(*place, "published") for place in places], strictly=True)


def check_certificates(file: PackFile) -> None:
    """Check `certificates.yaml` within itself."""
    _unique(file, _every_place(file, ("remarks",), "id"), "an id")
    for place, transition in _records(file, ("transitions",)):
        for at, state in _texts(file, (*place, "from")):
            if state == transition.get("to"):
                file.fault(at, "a state other than the one it leads to")
        _known(file, (*place, "from"), None, "a state")
        _known(file, (*place, "needs"), None, "a need")
        _known(file, (*place, "of"), None, "an event")


def check_assessments(file: PackFile, scheme: PackFile) -> None:
    """Check `assessments.yaml` within itself and against the ratings of `scheme.yaml`."""
    for name in ("scope_types", "levels"):
        _unique_names(file, [place for place, _ in _records(file, (name,))])
    ratings = _ids(scheme, "ratings")
    for place, _ in _records(file, ("levels",)):
        _known_one(file, (*place, "id"), ratings, "a rating of scheme.yaml")
    _unique(file, [(*place, "id") for place, _ in _records(file, ("readiness",))], "an id")


def check_membership(file: PackFile, scheme: PackFile) -> None:
    """Check `membership.yaml` within itself and against `scheme.yaml`."""
    for name in ("kinds", "states", "due_diligence"):
        _unique_names(file, [place for place, _ in _records(file, (name,))])
    _unique_names(file, [place for place, _ in _records(file, ("application", "questions"))])
    classes, activities, kinds = _ids(scheme, "classes"), _ids(scheme, "activities"), _ids(file, "kinds")
    _unique(file, _every_place(file, ("classes",), "member_class"), "a class")
    for place, _ in _records(file, ("classes",)):
        _known_one(file, (*place, "member_class"), classes, "a class in scheme.yaml")
        _known(file, (*place, "kinds"), kinds, "a kind of applicant in this file")
        groups = [(*place, "suits"), *(group for group, _ in _records(file, (*place, "forced_by")))]
        for group in groups:
            _known(file, (*group, "activities"), activities, "an activity in scheme.yaml")
    _check_transitions(file)
    _check_bands(file)


def _check_transitions(file: PackFile) -> None:
    """Note a state without a name, and a step that leads to two places from one."""
    states = _ids(file, "states")
    seen: set[tuple[str, str]] = set()
    for place, transition in _records(file, ("transitions",)):
        _known(file, (*place, "from"), states, "a state in this file")
        _known_one(file, (*place, "to"), states, "a state in this file")
        for at, state in _texts(file, (*place, "from")):
            if state == transition.get("to"):
                file.fault(at, "a state other than the one it leads to")
            elif (str(transition.get("act")), state) in seen:
                file.fault(at, "one step of this name from each state")
            seen.add((str(transition.get("act")), state))


def _check_bands(file: PackFile) -> None:
    """Note a class without a fee, and bands of a class that overlap or leave sizes out."""
    named = [str(rule.get("member_class")) for _, rule in _records(file, ("classes",))]
    ends: dict[str, Any] = dict.fromkeys(named, 0)
    for place, band in _records(file, ("fees", "bands")):
        name = str(band.get("member_class"))
        if name not in ends:
            file.fault((*place, "member_class"), "a class of this file")
            continue
        first, below = band.get("from"), band.get("below")
        if first != ends[name]:
            file.fault((*place, "from"), f"{ends[name]}, where the band before it ends")
        elif isinstance(first, int) and isinstance(below, int) and below <= first:
            file.fault((*place, "below"), f"a size over {first}, where the band begins")
        ends[name] = below
    if missing := sorted(name for name, end in ends.items() if end is not None):
        file.fault(("fees", "bands"), f"a band without an end for {', '.join(missing)}")


def check_recognition(file: PackFile, scheme: PackFile) -> None:
    """Check `recognition.yaml` within itself and against the versions of `scheme.yaml`."""
    schemes = [place for place, _ in _records(file, ("schemes",))]
    _unique_names(file, schemes)
    versions = _ids(scheme, "versions")
    for place in schemes:
        _known(file, (*place, "versions"), versions, "a version in scheme.yaml")
    _unique(file, _every_place(file, ("remarks",), "id"), "an id")


def check_standard(file: PackFile, scheme: PackFile, version: str) -> None:
    """Check a standard file within itself and against `scheme.yaml`.

    Parameters
    ----------
    file, scheme : PackFile
        The standard file and `scheme.yaml`.
    version : str
        Id of the version that names the file.
    """
    if not file.is_read:
        return
    head = file.at(("standard", "id"))
    if isinstance(head, str) and head != version:
        file.fault(("standard", "id"), f"{version}, the version that names this file")
    activities = _ids(scheme, "activities")
    _known(file, ("covers", "activities"), activities, "an activity in scheme.yaml")
    _unique_names(file, [place for place, _ in _records(file, ("triggers",))])
    for name in ("reliefs", "applicability_notes", "disclosure_notes", "priorities", "sections"):
        _unique(file, _every_place(file, (name,), "id"), "an id")
    _in_order(file, _every_place(file, ("version_notes",), "date"))

    sections = [place for place, _ in _records(file, ("sections",))]
    principles = [place for section in sections for place, _ in _records(file, (*section, "principles"))]
    criteria = [place for principle in principles for place, _ in _records(file, (*principle, "criteria"))]
    _unique(file, [(*place, "number") for place in principles], "a number")
    _unique(file, [(*place, "number") for place in criteria], "a number")
    triggers, priorities = _ids(file, "triggers") or set(), _ids(file, "priorities") or set()
    for place in criteria:
        _check_criterion(file, place, activities)
        _known(file, (*place, "applies", "when"), triggers, "a trigger of this file")
        _known(file, (*place, "priorities", "ids"), priorities, "a priority of this file")
    _check_counts(file, len(principles), len(criteria))
    _check_reliefs(file, scheme, version, _values(file, principles, "number"))
    _check_questions(file, _values(file, criteria, "number"))


def _check_questions(file: PackFile, numbers: set[str | int]) -> None:
    for place, _ in _records(file, ("open_questions",)):
        for at, number in _texts(file, (*place, "criteria")):
            if number not in numbers:
                file.fault(at, "the number of a criterion")


def _check_reliefs(file: PackFile, scheme: PackFile, version: str, principles: set[str | int]) -> None:
    activities, classes = _ids(scheme, "activities"), _ids(scheme, "classes")
    published = next(
        (record.get("published") for _, record in _records(scheme, ("versions",)) if record.get("id") == version),
        None,
    )
    for place, relief in _records(file, ("reliefs",)):
        _check_relief(file, place, activities, classes, published)
        kept = relief.get("kept_principles")
        for index, number in enumerate(kept if isinstance(kept, list) else ()):
            if isinstance(number, int) and number not in principles:
                file.fault((*place, "kept_principles", index), "the number of a principle")


def _check_relief(
    file: PackFile,
    place: Place,
    activities: set[str] | None,
    classes: set[str] | None,
    published: Any,
) -> None:
    _known(file, (*place, "activities"), activities, "an activity in scheme.yaml")
    freed = {text for _, text in _texts(file, (*place, "activities"))}
    needs = (*place, "class_needs")
    _unique(file, _every_place(file, needs, "activity"), "an activity")
    for need, _ in _records(file, needs):
        _known_one(file, (*need, "activity"), freed, "an activity of this relief")
        _known(file, (*need, "classes"), classes, "a class in scheme.yaml")
    end, start = _day(file.at((*place, "frees_before"))), _day(published)
    if end and start and end.earliest <= start.earliest:
        file.fault((*place, "frees_before"), f"a day after {start}, when the version was published")


def _check_criterion(file: PackFile, place: Place, activities: set[str] | None) -> None:
    number = file.at((*place, "number"))
    principle = file.at((*place[:-2], "number"))
    if isinstance(number, str) and isinstance(principle, int) and not number.startswith(f"{principle}."):
        file.fault((*place, "number"), f"a number that begins with {principle}., its principle")
    _known(file, (*place, "applies", "to"), activities, "an activity in scheme.yaml")
    _check_always(file, (*place, "applies"))
    subs = (*place, "sub_criteria")
    _unique(file, _every_place(file, subs, "id"), "an id")
    for at, sub in _records(file, subs):
        name = sub.get("id")
        if isinstance(name, str) and isinstance(number, str) and not name.startswith(f"{number}."):
            file.fault((*at, "id"), f"an id that begins with {number}., its criterion")


def _check_always(file: PackFile, place: Place) -> None:
    """Check the activities bound without a condition: of those it is for, and only where there is a condition."""
    if file.at((*place, "always")) and not file.at((*place, "when")):
        file.fault((*place, "always"), "this key only beside `when`")
    to = file.at((*place, "to"))
    _known(
        file,
        (*place, "always"),
        {text for _, text in _texts(file, ("covers", "activities") if to == EVERY else (*place, "to"))},
        "an activity this criterion is for",
    )


def _check_counts(file: PackFile, principles: int, criteria: int) -> None:
    sections = file.at(("sections",))
    if not isinstance(sections, list):
        return
    for key, listed in (("sections", len(sections)), ("principles", principles), ("criteria", criteria)):
        said = file.at(("counts", key))
        if isinstance(said, int) and said != listed:
            file.fault(("counts", key), f"{listed}, as many as are listed below")


# How many criteria of the earlier and of the later version a link of each relation joins: fewest and most.
SHAPES: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = MappingProxyType(
    {
        "kept": ((1, 1), (1, 1)),
        "moved": ((1, 1), (1, 1)),
        "renamed": ((1, 1), (1, 1)),
        "strengthened": ((1, 1), (1, 1)),
        "replaced": ((1, MANY), (1, MANY)),
        "split": ((1, 1), (2, MANY)),
        "merged": ((2, MANY), (1, 1)),
        "new": ((0, 0), (1, MANY)),
        "dropped": ((1, MANY), (0, 0)),
    }
)


def check_mapping(file: PackFile, scheme: PackFile, standards: Mapping[str, PackFile]) -> None:
    """Check that a mapping says of each criterion of both versions, once, what became of it or where it came from.

    Parameters
    ----------
    file, scheme : PackFile
        The mapping and `scheme.yaml`.
    standards : mapping of str to PackFile
        Standard files by the id of their version.
    """
    if not file.is_read:
        return
    links = list(_records(file, ("links",)))
    for place, link in links:
        _check_link(file, place, link)
    if not isinstance(scheme.at(("versions",)), list):
        return
    sides = {side: str(file.at(("mapping", side))) for side in SIDES}
    _check_joined(file, scheme, sides)
    for side, version in sides.items():
        if version in standards and standards[version].is_read:
            _check_side(file, [place for place, _ in links], side, numbers_of(standards[version]), version)


def _check_joined(file: PackFile, scheme: PackFile, sides: Mapping[str, str]) -> None:
    """Check the two versions a mapping joins: of one family, in their order, both with criteria."""
    families: dict[str, Any] = {}
    held: set[str] = set()
    for _, record in _records(scheme, ("versions",)):
        families.setdefault(str(record.get("id")), record.get("family"))
        held |= {str(record.get("id"))} if record.get("file") is not None else set()
    for side, version in sides.items():
        if version in families and version not in held:
            file.fault(("mapping", side), "a version whose criteria are held")
        _known_one(file, ("mapping", side), set(families), "a version in scheme.yaml")
    before, after = sides["before"], sides["after"]
    if families.get(before) != families.get(after):
        file.fault(("mapping", "after"), f"a version of the same family as {before}")
    elif before in families and list(families).index(before) >= list(families).index(after):
        file.fault(("mapping", "after"), f"a version that came after {before}")


def numbers_of(standard: PackFile) -> list[str]:
    """Return the numbers of a standard's criteria, in order."""
    sections = [place for place, _ in _records(standard, ("sections",))]
    principles = [place for section in sections for place, _ in _records(standard, (*section, "principles"))]
    found = [record.get("number") for place in principles for _, record in _records(standard, (*place, "criteria"))]
    return [number for number in found if isinstance(number, str)]


def _check_link(file: PackFile, place: Place, link: dict[str, Any]) -> None:
    relation = link.get("relation")
    shape = SHAPES.get(relation) if isinstance(relation, str) else None
    if shape is None:
        return
    listed = [[text for _, text in _texts(file, (*place, side))] for side in SIDES]
    for side, numbers, (fewest, most) in zip(SIDES, listed, shape, strict=True):
        if not fewest <= len(numbers) <= most:
            several = f"{fewest} or more numbers" if most == MANY else f"{fewest} number{'s' if fewest != 1 else ''}"
            file.fault((*place, side), f"{several}, as {relation!r} says")
    if relation in {"kept", "moved"} and len(listed[0]) == len(listed[1]) == 1:
        is_same = listed[0] == listed[1]
        if relation == "kept" and not is_same:
            file.fault((*place, "after", 0), f"{listed[0][0]}, the number it had; or another relation")
        elif relation == "moved" and is_same:
            file.fault((*place, "after", 0), "another number than it had; or another relation")
    if link.get("draws_on") and relation != "new":
        file.fault((*place, "draws_on"), "this key only where something is new")


def _check_side(file: PackFile, links: list[Place], side: str, numbers: list[str], version: str) -> None:
    """Check one side of all links: only numbers there are, each once, and none left out."""
    told: set[str] = set()
    for place in links:
        for at, number in _texts(file, (*place, side)):
            if number not in numbers:
                file.fault(at, f"the number of a criterion of {version}")
            elif number in told:
                file.fault(at, "each number in one link only")
            told.add(number)
        if side == "before":
            _known(file, (*place, "draws_on"), set(numbers), f"a criterion of {version}")
    left = [number for number in numbers if number not in told]
    if left:
        file.fault(("mapping", side), f"a link for each criterion of {version}; there is none for {', '.join(left)}")


def release_digest(data: Mapping[str, Any]) -> str:
    """Return the hash that freezes a standard file: of its content, so comments and layout may still change."""
    return digest(data)


def check_releases(releases: PackFile, standards: Mapping[str, PackFile], versions: set[str] | None) -> None:
    """Check that each standard file is what was released under its number.

    Content is compared only where neither the file nor its entry has another fault, so that one mistake is told once.

    Parameters
    ----------
    releases : PackFile
        `releases.yaml`.
    standards : mapping of str to PackFile
        Standard files by the id of their version.
    versions : set of str or None
        Ids of all versions with a file, also of those whose file could not be read; None where nobody knows them.
    """
    if not releases.is_read:
        return
    _unique(releases, _every_place(releases, ("standards",), "standard"), "an id")
    listed: dict[str, list[dict[str, Any]]] = {}
    for place, entry in _records(releases, ("standards",)):
        _known_one(releases, (*place, "standard"), versions, "a version with a file")
        rows = [row for _, row in _records(releases, (*place, "releases"))]
        listed.setdefault(str(entry.get("standard")), rows)
        for index, row in enumerate(rows):
            if isinstance(row.get("number"), int) and row["number"] != index + 1:
                releases.fault((*place, "releases", index, "number"), f"{index + 1}: releases count up from 1")
        _in_order(releases, _every_place(releases, (*place, "releases"), "released"))
    faulty = {str(releases.at((*place[:2], "standard"))) for place in releases.told}
    for version, file in standards.items():
        # An entry with a fault may be the one meant for a version that has none.
        in_doubt = version in faulty or (version not in listed and releases.faults)
        if file.is_read and not file.faults and not in_doubt:
            _check_release(file, listed.get(version, []))


def _check_release(file: PackFile, rows: list[dict[str, Any]]) -> None:
    place: Place = ("standard", "release")
    number = file.at(place)
    found = release_digest(file.data)
    row = next((row for row in rows if row.get("number") == number), None)
    if row is None:
        file.fault(place, f"a release with an entry in releases.yaml; the content's sha256 is {found}")
    elif row is not rows[-1]:
        file.fault(place, f"{rows[-1].get('number')}, the latest in releases.yaml")
    elif isinstance(row.get("sha256"), str) and row["sha256"] != found:
        file.fault(
            place,
            f"the content released as number {number} (sha256 {row['sha256']}); a change needs number "
            f"{len(rows) + 1} with an entry of its own in releases.yaml (sha256 with today's number: {found})",
        )
