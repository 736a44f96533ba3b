"""Addresses of threads."""

from __future__ import annotations

from django.urls import path

from alunite.programme.assessments.talking import views
from alunite.programme.assessments.urls import ASSESSMENT

ONE = "work/threads/<uuid:thread_id>/"

urlpatterns = [
    path("work/questions/", views.questions, name="questions"),
    path(ONE, views.thread, name="thread"),
    path(ONE + "close/", views.thread_close, name="thread_close"),
    path(ASSESSMENT + "<criterion_number:number>/threads/", views.thread_begin, name="thread_begin"),
]
