from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.importing.actions import ImportedMeanwhile, ImportResult, TooManyRows
from alunite.foundation.importing.forms import ActForm, KindsForm, PageForm, UploadForm
from alunite.foundation.importing.mapping import MappingError
from alunite.foundation.importing.queries import import_shown, latest_imports, newest_import
from alunite.foundation.importing.reading import Fault
from alunite.foundation.importing.uploads import (
    MOST_ROWS,
    Upload,
    import_upload,
    keep_upload,
    opened_upload,
    remove_upload,
)

JSON = "application/json"


@require_safe
@never_cache
@login_required
def imports(request: HttpRequest) -> HttpResponse:
    actor = _allowed(request, "imports.view")
    context = {"imports": latest_imports(actor), "may_import": allows(actor, "imports.run")}
    return render(request, "importing/list.html", context)


@require_safe
@never_cache
@login_required
def one_import(request: HttpRequest, key: int) -> HttpResponse:
    actor = _allowed(request, "imports.view")
    form = PageForm(request.GET)
    found = import_shown(actor, key, form.cleaned_data["after"] or 0) if form.is_valid() else None
    if found is None:
        raise Http404
    return render(request, "importing/import.html", {"found": found})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def check(request: HttpRequest) -> HttpResponse:
    actor = _allowed(request, "imports.run")
    if request.method != "POST":
        return render(request, "importing/check.html", {"form": UploadForm(), "most_rows": MOST_ROWS})
    form = UploadForm(request.POST, request.FILES, is_cut_off=getattr(request, "is_cut_off", False))
    if not form.is_valid():
        context = {"form": form, "most_rows": MOST_ROWS}
        return render(request, "importing/check.html", context, status=HTTPStatus.BAD_REQUEST)
    upload = keep_upload(form.sent("rows"), form.sent("mappings"), actor=actor)
    return redirect("import_checked", upload.key)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@vary_on_headers("Accept")
@login_required
def checked(request: HttpRequest, key: str) -> HttpResponse:
    actor = _allowed(request, "imports.run")
    upload = opened_upload(key, actor=actor)
    if upload is None:
        raise Http404
    kinds = KindsForm(upload, request.POST if request.method == "POST" else request.GET)
    acts = ActForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = _act(request, upload, kinds, acts, actor)
        if status is HTTPStatus.SEE_OTHER:
            return redirect("imports")
    context = _outcome(upload, kinds, actor) | {"acts": acts}
    if request.GET.get("format") == "json" or request.get_preferred_type(["text/html", JSON]) == JSON:
        return JsonResponse(_as_json(context), status=status)
    return render(request, "importing/checked.html", context, status=status)


def _allowed(request: HttpRequest, policy: str) -> Actor:
    actor = actor_for(request.user)
    if not allows(actor, policy):
        raise Http404
    return actor


def _act(request: HttpRequest, upload: Upload, kinds: KindsForm, acts: ActForm, actor: Actor) -> HTTPStatus:
    """Import or throw away what was checked; what keeps it from being done is on the page that is shown again."""
    if not acts.is_valid() or not kinds.is_valid():
        return HTTPStatus.BAD_REQUEST
    if acts.cleaned_data["act"] == ActForm.DISCARD:
        remove_upload(upload)
        messages.success(request, _("The files were thrown away. Nothing was imported."))
        return HTTPStatus.SEE_OTHER
    try:
        done = import_upload(upload, kinds.kinds(), actor=actor, dry_run=False, since=acts.cleaned_data["seen"])
    except ImportedMeanwhile:
        acts.add_error(None, _("Somebody imported something since you saw this check. It was checked anew: see below."))
        return HTTPStatus.CONFLICT
    except (MappingError, TooManyRows):
        return HTTPStatus.BAD_REQUEST
    if done.fault_count:
        return HTTPStatus.BAD_REQUEST
    remove_upload(upload)
    messages.success(request, _said_done(done))
    return HTTPStatus.SEE_OTHER


def _said_done(done: ImportResult) -> str:
    said = _("Imported. New rows: %(created)s, changed: %(changed)s, unchanged: %(unchanged)s.") % {
        "created": done.created,
        "changed": done.changed,
        "unchanged": done.unchanged,
    }
    if not done.withheld:
        return said
    withheld = _("Not published by a decision: %(withheld)s.") % {"withheld": done.withheld}
    return f"{said} {withheld}"


def _outcome(upload: Upload, kinds: KindsForm, actor: Actor) -> dict[str, Any]:
    """Return what a check finds, or what keeps the files from being checked."""
    # Before the check: what is imported while it runs is not in it.
    context: dict[str, Any] = {"upload": upload, "kinds": kinds, "seen": newest_import(), "most_rows": MOST_ROWS}
    if not kinds.is_valid():
        return context
    try:
        return context | {"result": import_upload(upload, kinds.kinds(), actor=actor, dry_run=True)}
    except MappingError as error:
        faults = [Fault(item.file, item.line, item.path, item.value, item.expected) for item in error.faults]
        return context | {"mapping_faults": faults}
    except TooManyRows:
        return context | {"is_too_long": True}


def _as_json(context: dict[str, Any]) -> dict[str, Any]:
    result, kinds = context.get("result"), context["kinds"]
    said: dict[str, Any] = result.as_dict() | {"files": [file.as_dict() for file in result.files]} if result else {}
    if not result:
        faults = [fault.as_dict() for fault in context.get("mapping_faults", ())]
        expected = f"at most {MOST_ROWS} rows together"
        faults += [{"file": "", "row": 0, "column": "", "value": "", "expected": expected}] * ("is_too_long" in context)
        faults += [
            {"file": name, "row": 0, "column": "", "value": "", "expected": str(error)}
            for field, name in zip(kinds.fields, context["upload"].names, strict=True)
            for error in kinds.errors.get(field, ())
        ]
        said = {"faults": faults, "dry_run": True}
    return said | {"sha256": context["upload"].key, "kept_until": context["upload"].until.isoformat()}
