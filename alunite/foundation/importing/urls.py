from __future__ import annotations

from django.urls import path

from alunite.foundation.importing import views

urlpatterns = [path("imports/", views.imports, name="imports")]
