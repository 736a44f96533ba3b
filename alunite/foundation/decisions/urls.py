from __future__ import annotations

from django.urls import path

from alunite.foundation.decisions import views

urlpatterns = [
    path("decisions/", views.decisions, name="decisions"),
    path("decisions/propose/", views.propose, name="decision_propose"),
    path("decisions/<slug:decision_id>/", views.decision, name="decision"),
]
