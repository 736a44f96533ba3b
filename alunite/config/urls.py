"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("alunite.front.register.urls")),
    path("", include("alunite.foundation.accounts.urls")),
    path("", include("alunite.foundation.messages.urls")),
    path("", include("alunite.foundation.importing.urls")),
]

handler404 = "alunite.front.register.views.not_found"
