from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alunite.front.register import about, queries
from alunite.front.register import lines as memory
from alunite.front.register.present import about as present
from alunite.front.register.views import seen


@require_safe
def about_the_data(request: HttpRequest) -> HttpResponse:
    asked = seen(request)
    at, site = asked.clocks.at, asked.site
    known = memory.lines()
    ledger, then = about.ledger(known), known.newest if at is None else at
    whole = ledger.whole(then)
    context = {
        "records": sum(one.records for one in whole.told),
        "pages_read": whole.pages,
        "freshness": ledger.freshness(then),
        "kinds": present.by_kind(whole.told, site),
        "terms": present.terms(whole.told),
        "missing": present.missing(ledger.lacking(then), whole.told, about.lines(known, at), site),
        "states": present.states(about.states(known, asked.clocks)),
        "criteria": present.criteria(queries.records("standard_version", at), site),
    }
    return render(request, "register/about.html", asked.context | context, status=asked.status)
