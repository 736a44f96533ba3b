from __future__ import annotations

from django.urls import path

from alunite.foundation.merging import views

urlpatterns = [
    path("duplicates/", views.duplicates, name="duplicates"),
    path("duplicates/propose/", views.propose_duplicate, name="propose_duplicate"),
    path("duplicates/<int:key>/", views.duplicate, name="duplicate"),
]
