"""Why a criterion applies or a version may be used, in a few words of the reader's language. No query, no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alunite.foundation.core.judgement import Reason
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day

Values = Mapping[str, Any]


def listed(parts: Iterable[str]) -> str:
    """Return things as a phrase.

    >>> listed(["One", "two", "three"]), listed(["One"]), listed([])
    ('One, two and three', 'One', '')
    """
    found = list(parts)
    if len(found) < 2:
        return "".join(found)
    return _("%(others)s and %(last)s") % {"others": ", ".join(found[:-1]), "last": found[-1]}


def either(parts: Iterable[str]) -> str:
    """Return things as a phrase of which one is enough.

    >>> either(["One", "two"])
    'One or two'
    """
    found = list(parts)
    if len(found) < 2:
        return "".join(found)
    return _("%(others)s or %(last)s") % {"others": ", ".join(found[:-1]), "last": found[-1]}


def numbers(found: Sequence[int]) -> str:
    """Return numbers as a phrase, a run of them as its ends.

    >>> numbers([1, 2, 3, 4]), numbers([2]), numbers([1, 4])
    ('1 to 4', '2', '1 and 4')
    """
    ordered = sorted(found)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return _("%(first)d to %(last)d") % {"first": ordered[0], "last": ordered[-1]}
    return listed(map(str, ordered))


def why_it_applies(reason: Reason, triggers: Mapping[str, str], site: Site) -> str:
    """Return a reason of `scheme.rules.applicability` in a few words."""
    values = reason.values
    say = _APPLIES.get(reason.rule)
    if say is not None:
        return say(values, triggers, site)
    return _of_relief(values, site)


def _activities(values: Values, site: Site, name: str = "activities") -> list[str]:
    named = values.get(name, [])
    return [label for identifier, label in site.labels["activities"].items() if identifier in named]


def _conditions(values: Values, triggers: Mapping[str, str]) -> list[str]:
    return [triggers.get(identifier, identifier) for identifier in values.get("triggers", [])]


def _listed(values: Values, _triggers: Mapping[str, str], site: Site) -> str:
    who = _activities(values, site)
    return ngettext("%(who)s is named", "%(who)s are named", len(who)) % {"who": listed(who)}


def _certified_as(values: Values, _triggers: Mapping[str, str], site: Site) -> str:
    told = [
        _("%(one)s is certified as %(other)s here.") % {"one": one, "other": site.label("activities", values["as"])}
        for one in _activities(values, site)
    ]
    return " ".join(told).removesuffix(".")


def _not_covered(values: Values, _triggers: Mapping[str, str], site: Site) -> str:
    return _("Its source says nothing of %(who)s") % {"who": listed(_activities(values, site))}


def _not_listed(values: Values, _triggers: Mapping[str, str], site: Site) -> str:
    return _("Only %(who)s") % {"who": listed(_activities(values, site, "applies_to"))}


_APPLIES: dict[str, Callable[[Values, Mapping[str, str], Site], str]] = {
    "no_activity": lambda _values, _triggers, _site: _("No activity is ticked"),
    "not_yet_published": lambda values, _triggers, _site: (
        _("Not published until %(day)s") % {"day": show_day(values["published"])}
    ),
    "not_listed": _not_listed,
    "not_covered": _not_covered,
    "covers_all": lambda _values, _triggers, _site: _("Every activity"),
    "listed": _listed,
    "certified_as": _certified_as,
    "trigger_given": lambda values, triggers, _site: (
        _("Given: %(what)s") % {"what": either(_conditions(values, triggers))}
    ),
    "trigger_not_given": lambda values, triggers, _site: (
        _("When: %(what)s") % {"what": either(_conditions(values, triggers))}
    ),
    "cycle": lambda values, _triggers, _site: (
        _("Taken as the first certification cycle")
        if values["cycle"] == "first"
        else _("Taken as a later certification cycle")
    ),
    "publication_day_not_known": lambda values, _triggers, _site: (
        _("Published in %(month)s; the day is not known") % {"month": show_day(values["published"])}
    ),
}


def _of_relief(values: Values, site: Site) -> str:
    """Say what a relief does: it frees, it may free, or why it does not."""
    who = listed(_activities(values, site))
    classes = either(site.label("classes", identifier) for identifier in values.get("classes", []))
    day = show_day(values.get("frees_before"))
    if "kept_principles" in values:
        return _freed(numbers(values["kept_principles"]), day if "frees_before" in values else "", classes)
    if "frees_before" in values:
        return _("The relief for %(who)s ended on %(day)s") % {"who": who, "day": day}
    if "others" in values:
        told = {"who": who, "others": listed(_activities(values, site, "others"))}
        return _("The relief for %(who)s needs the whole scope; %(others)s stands in it too") % told
    if classes:
        return _("The relief for %(who)s is for %(classes)s only") % {"who": who, "classes": classes}
    return _("The relief for %(who)s is for the other certification cycle") % {"who": who}


def _freed(kept: str, day: str, classes: str) -> str:
    if classes:
        return _("Hangs on the class of the member: %(classes)s would be freed") % {"classes": classes}
    if day:
        return _("Freed before %(day)s: only principles %(kept)s bind") % {"kept": kept, "day": day}
    return _("Freed: only principles %(kept)s bind") % {"kept": kept}


def why_it_is_used(reason: Reason, site: Site) -> str:
    """Return a reason of `scheme.versions.usable` in a sentence."""
    values = reason.values
    told = {
        "version": site.label("versions", values["version"]),
        "later": site.label("versions", values.get("later", "")),
        "published": show_day(values.get("published")),
        "begins": show_day(values.get("free_choice_from")),
        "ends": show_day(values.get("free_choice_until")),
        "required": show_day(values.get("required_from")),
        "events": listed(site.label("events", event) for event in values.get("events", [])),
    }
    days = [show_day(day) for day in values.get("days", [])]
    told |= {"one": days[0], "other": days[1]} if days else {}
    return str(_USED[reason.rule]()) % told


_USED: dict[str, Callable[[], str]] = {
    "version_not_published": lambda: _("Published on %(published)s."),
    "version_published": lambda: _("Published %(published)s; from when on it may be used is not held here."),
    "version_not_open": lambda: _("Published on %(published)s, to be chosen from %(begins)s on."),
    "version_opening_disputed": lambda: _("One page lets it be chosen from %(one)s on, another from %(other)s."),
    "version_choice": lambda: _("From %(begins)s to %(ends)s it or an earlier version may be chosen."),
    "version_required": lambda: _("From %(required)s on it is used for: %(events)s."),
    "version_change_not_held": lambda: _("%(later)s came later; since when it has to be used is not held here."),
    "version_closing_disputed": lambda: _("One page asks for %(later)s from %(one)s on, another from %(other)s."),
    "version_replaced": lambda: _("From %(required)s on %(later)s is used for: %(events)s."),
}
