"""Addresses of the workbook of a self assessment."""

from __future__ import annotations

from django.urls import path

from alunite.programme.assessments.workbook import views

WORKBOOK = "work/assessments/<slug:assessment_id>/workbook/"

urlpatterns = [
    path(WORKBOOK, views.workbook, name="assessment_workbook"),
    path(WORKBOOK + "file/", views.workbook_file, name="assessment_workbook_file"),
    path(WORKBOOK + "decision/", views.workbook_decision, name="assessment_workbook_decision"),
]
