"""Addresses of what sites say otherwise."""

from __future__ import annotations

from django.urls import path

from alunite.programme.assessments.sites import views
from alunite.programme.assessments.urls import ASSESSMENT

urlpatterns = [
    path(ASSESSMENT + "sites/", views.site_differences, name="site_differences"),
    path(
        ASSESSMENT + "<criterion_number:number>/sites/<uuid:facility_id>/",
        views.site_answer_save,
        name="site_answer_save",
    ),
]
