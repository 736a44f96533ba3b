"""The address that gives criteria to colleagues."""

from __future__ import annotations

from django.urls import path

from alunite.programme.assessments.giving import views
from alunite.programme.assessments.urls import ASSESSMENT

urlpatterns = [path(ASSESSMENT + "people/", views.criteria_give, name="criteria_give")]
