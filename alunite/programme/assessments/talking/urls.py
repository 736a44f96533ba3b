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
    path(ONE + "publish/", views.answer_publish, name="answer_publish"),
    path("work/answers/<slug:answer_id>/", views.answer_change, name="answer_change"),
    path("work/answers/<slug:answer_id>/withdraw/", views.answer_withdraw, name="answer_withdraw"),
    path(ASSESSMENT + "<criterion_number:number>/threads/", views.thread_begin, name="thread_begin"),
]
