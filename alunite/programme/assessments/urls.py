"""Addresses of scopes and self assessments."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from alunite.foundation.scheme.values import NUMBER_PATTERN
from alunite.programme.assessments import views


class CriterionNumber(StringConverter):
    """The number of a criterion, as a pack writes it."""

    regex = NUMBER_PATTERN.strip("^$")


register_converter(CriterionNumber, "criterion_number")

SCOPE, ASSESSMENT = "work/scopes/<slug:scope_id>/", "work/assessments/<slug:assessment_id>/"

urlpatterns = [
    path("work/scopes/", views.scopes, name="scopes"),
    path("work/scopes/new/<uuid:organisation_id>/", views.scope_new, name="scope_new"),
    path(SCOPE, views.scope_page, name="scope"),
    path(SCOPE + "edit/", views.scope_edit, name="scope_edit"),
    path(SCOPE + "criteria/<slug:standard>/", views.scope_criteria, name="scope_criteria"),
    path(SCOPE + "criteria/<slug:standard>/<criterion_number:number>/", views.scope_override, name="scope_override"),
    path(SCOPE + "assess/<slug:standard>/", views.assessment_open, name="assessment_open"),
    path("work/assessments/", views.assessments, name="assessments"),
    path(ASSESSMENT, views.assessment, name="assessment"),
    path(ASSESSMENT + "presence/", views.presence, name="assessment_presence"),
    path(ASSESSMENT + "<criterion_number:number>/", views.answer_save, name="answer_save"),
]
