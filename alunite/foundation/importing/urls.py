from __future__ import annotations

from django.urls import path

from alunite.foundation.importing import views

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/check/", views.check, name="import_check"),
    path("imports/check/<slug:key>/", views.checked, name="import_checked"),
    path("imports/<int:key>/", views.one_import, name="import_one"),
]
