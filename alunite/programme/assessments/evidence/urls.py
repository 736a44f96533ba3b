"""Addresses of evidence."""

from __future__ import annotations

from django.urls import path

from alunite.programme.assessments.evidence import views

ONE = "work/evidence/<slug:evidence_id>/"

urlpatterns = [
    path("work/evidence/", views.evidence_list, name="evidence_list"),
    path("work/evidence/new/<uuid:organisation_id>/", views.evidence_new, name="evidence_new"),
    path(ONE, views.evidence_page, name="evidence"),
    path(ONE + "edit/", views.evidence_edit, name="evidence_edit"),
    path(ONE + "withdraw/", views.evidence_withdraw, name="evidence_withdraw"),
    path(ONE + "file/", views.evidence_file, name="evidence_file"),
    path(ONE + "public-copy/", views.evidence_public_copy, name="evidence_public_copy"),
]
