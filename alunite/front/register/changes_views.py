"""What changed in the list between two days."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from alunite.foundation.publications.queries import published_by
from alunite.front.register import changes, present
from alunite.front.register import lines as memory
from alunite.front.register.changes import WHAT, Side
from alunite.front.register.clocks import Clocks, clocks_of, site_at
from alunite.front.register.forms import ClockForm, DaysForm
from alunite.front.register.list_views import to_last_page, without_empty
from alunite.front.register.site import Site, site_of
from alunite.front.register.typed import DayField

HELD, PUBLISHED = "on", "as_of"
SENSES = {
    HELD: _("what held on two days, as it is known now"),
    PUBLISHED: _("what this register had published by two days"),
}


class ChangesForm(ClockForm):
    """Two days and what they are days of, all of it in the address; the clocks hold on both sides."""

    by = forms.ChoiceField(label=_("Compare"), required=False, choices=list(SENSES.items()), widget=forms.RadioSelect)
    first = DayField(label=_("From"))
    second = DayField(label=_("To"))
    what = forms.ChoiceField(required=False, choices=[(what, what) for what in WHAT], widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, widget=forms.HiddenInput)

    def clean_by(self) -> str:
        """Return what is compared: what held, unless the other was chosen."""
        return self.cleaned_data["by"] or HELD

    def clean(self) -> dict[str, Any]:
        """Refuse what is no question of this page, a day of publishing to come, and days in the wrong order."""
        found = super().clean()
        first, second = found.get("first"), found.get("second")
        now = self.site.today
        if first and second and first > second:
            self.add_error("second", _("The second day lies before the first. Exchange them."))
        if (first or second) and found.get(found.get("by", "")):
            self.add_error(
                found["by"], _("Two days of this kind are compared here; a third says nothing. Leave it out.")
            )
        if found.get("by") == PUBLISHED:
            for name, day in (("first", first), ("second", second)):
                if day and day > now:
                    self.add_error(name, _("What will have been published by a day to come is not known yet."))
        if first and not second:
            self.add_error("second", _("Give both days."))
        if second and not first:
            self.add_error("first", _("Give both days."))
        return found


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both sides of a question."""

    before: Side
    after: Side


def _sides(form: ChangesForm, clocks: Clocks, site: Site) -> _Sides:
    """Return both sides. Two queries where days of publishing are compared, else none."""
    first, second = form.cleaned_data["first"], form.cleaned_data["second"]
    if form.cleaned_data["by"] == HELD:
        return _Sides(Side(clocks.at, first, first), Side(clocks.at, second, second))
    return _Sides(*(Side(published_by(day, site.zone), clocks.day, clocks.on) for day in (first, second)))


@require_safe
def changes_between(request: HttpRequest) -> HttpResponse:
    site = site_of(request)
    clocks = clocks_of(request, *DaysForm(request.GET, site=site).days)
    then = site_at(request, clocks)
    form = ChangesForm(request.GET, site=site)
    by = request.GET.get("by") if request.GET.get("by") in SENSES else HELD
    context: dict[str, Any] = {"form": form, "clocks": clocks, "site": then, "senses": SENSES, "by": by}
    if not form.is_valid():
        return render(request, "register/changes.html", context, status=HTTPStatus.BAD_REQUEST)
    data = form.cleaned_data
    if not (data["first"] and data["second"]):
        return render(request, "register/changes.html", context)
    sides = _sides(form, clocks, site)
    found = changes.between(memory.lines(), sides.before, sides.after)
    shown = [change for change in found.changes if not data["what"] or change.what == data["what"]]
    number = data["page"] or 1
    if moved := to_last_page(request, number, len(shown), changes.PAGE_LENGTH):
        return moved
    start = (number - 1) * changes.PAGE_LENGTH
    page = shown[start : start + changes.PAGE_LENGTH]
    rest = without_empty(request.GET)
    for name in ("page", "what"):
        rest.pop(name, None)
    kept = {"what": data["what"]} if data["what"] else {}
    context |= {
        "found": found,
        "total": len(found.changes),
        "count": len(shown),
        "lines": present.changed(page, changes.records_of(page), sides.after.day, then),
        "kinds": [
            (present.CHANGE_WORDS[what], found.counts.get(what, 0), f"{rest.urlencode()}&{urlencode({'what': what})}")
            for what in WHAT
        ],
        "moves": present.moves(found.moves),
        "what": data["what"],
        "query": rest.urlencode(),
        "first": start + 1,
        "last": start + len(page),
        "following": f"{rest.urlencode()}&{urlencode(kept | {'page': number + 1})}"
        if start + len(page) < len(shown)
        else "",
    }
    return render(request, "register/changes.html", context)
