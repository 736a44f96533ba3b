"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from alunite.config import admin, health, metrics

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("tables/", admin.site.urls),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("alunite.front.register.urls")),
    path("", include("alunite.front.api.urls")),
    path("", include("alunite.foundation.accounts.urls")),
    path("", include("alunite.foundation.messages.urls")),
    path("", include("alunite.foundation.importing.urls")),
    path("", include("alunite.foundation.decisions.urls")),
    path("", include("alunite.foundation.merging.urls")),
]

handler400 = "alunite.config.faults.unreadable"
handler404 = "alunite.config.faults.not_found"
handler500 = "alunite.config.faults.fault"
