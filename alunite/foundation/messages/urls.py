"""Addresses of the outbox: one page, which only a demonstration has."""

from __future__ import annotations

from django.urls import path

from alunite.foundation.messages import views

urlpatterns = [path("demo/mail/", views.demo_mail, name="demo_mail")]
