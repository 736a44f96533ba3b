"""Addresses by which readers say that something published is wrong."""

from __future__ import annotations

from django.urls import path

from alunite.foundation.publications import views

urlpatterns = [
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/sent/", views.corrections_sent, name="corrections_sent"),
]
