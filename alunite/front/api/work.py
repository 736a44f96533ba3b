"""The API of the workspace: the same for programs as its pages for people, with a session and its token against forgery."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import django_auth

from alunite.programme.assessments.api import router as assessments
from alunite.programme.assessments.talking.api import router as threads

work = NinjaAPI(
    title="Alunite workspace API",
    version=settings.ALUNITE_VERSION,
    auth=django_auth,
    docs_url=None,
    openapi_url=None,
    urls_namespace="work_api",
)
work.add_router("", assessments)
work.add_router("", threads)


@work.exception_handler(ValidationError)
def _not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Tell every fault of what was sent, in the form all problems have."""
    faults = [
        {"place": ".".join(str(part) for part in one["loc"][1:]), "value": "", "expected": one["msg"]}
        for one in error.errors
    ]
    return work.create_response(
        request, {"title": "Unprocessable Content", "status": 422, "faults": faults}, status=422
    )


@work.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    faults = [{"place": "session", "value": "", "expected": "a session of somebody who is signed in"}]
    return work.create_response(request, {"title": "Unauthorized", "status": 401, "faults": faults}, status=401)
