"""Addresses of sending a self assessment to a firm."""

from __future__ import annotations

from django.urls import path

from alunite.programme.assessments.sending import views
from alunite.programme.assessments.urls import ASSESSMENT

urlpatterns = [
    path(ASSESSMENT + "send/", views.assessment_send, name="assessment_send"),
    path(ASSESSMENT + "send/withdraw/", views.sending_withdraw, name="sending_withdraw"),
    path(ASSESSMENT + "received/", views.sending_receive, name="sending_receive"),
]
