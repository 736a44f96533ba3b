"""A content on its way out: always to be saved, of its whole length, under a safe name."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from alunite.foundation.files.answers import attachment
from alunite.foundation.files.errors import Damaged
from alunite.foundation.files.models import Content
from alunite.foundation.files.storing import path_of
from alunite.foundation.files.tests.files import PDF, archive, kept

pytestmark = pytest.mark.django_db

NAME = "../Énergie\u202e\r\nSet-Cookie: a=b.html"


def given(_request: HttpRequest, sha256: str) -> HttpResponse:
    return attachment(Content.objects.get(pk=sha256), NAME)


urlpatterns = [path("given/<str:sha256>", given)]
# As the site answers, with all that its middleware does to what goes out.
MIDDLEWARE = [name for name in settings.MIDDLEWARE if name.startswith(("django.middleware", "csp."))]


@pytest.fixture
def client():
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE):
        yield Client()


def test_it_is_saved_and_never_shown_whatever_it_holds(client):
    page = b"<!doctype html><script>alert(document.cookie)</script>" * 100
    content = kept(page)
    answer = client.get(f"/given/{content.pk}", headers={"accept-encoding": "gzip, br"})
    assert answer.getvalue() == page
    assert answer["Content-Length"] == str(len(page))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Disposition"].endswith("%C3%89nergie%20Set-Cookie%20a%3Db.html.txt")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer


def test_each_type_goes_out_as_what_it_is(client):
    for content, media_type in ((PDF, "application/pdf"), (b"\x89PNG\r\n\x1a\n" + bytes(9), "image/png")):
        answer = client.get(f"/given/{kept(content).pk}")
        assert (answer["Content-Type"], answer.getvalue()) == (media_type, content)
    head = client.head(f"/given/{kept(PDF).pk}")
    assert (head["Content-Length"], head.getvalue()) == (str(len(PDF)), b"")


def test_damaged_bytes_are_not_handed_out():
    content = kept(archive({"mimetype": "application/vnd.oasis.opendocument.text"}))
    path_of(content.pk).write_bytes(b"x" * content.size)
    with pytest.raises(Damaged, match="others"):
        attachment(content, "letter.odt")
