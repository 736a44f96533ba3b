"""Every address of the site."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from alunite.config import admin, health, metrics
from alunite.foundation.accounts.urls import callbacks
from alunite.front.api.urls import operations, pages
from alunite.front.api.work import work
from alunite.front.inbox.urls import calendars
from alunite.front.register.urls import files

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("tables/", admin.site.urls),
    path("metrics", metrics.metrics, name="metrics"),
    *callbacks,
    *operations,
    path("api/v1/work/", work.urls),
    *i18n_patterns(
        path("", include("alunite.front.register.urls")),
        *pages,
        path("", include("alunite.foundation.accounts.urls")),
        path("", include("alunite.foundation.messages.urls")),
        path("", include("alunite.foundation.publications.urls")),
        path("", include("alunite.foundation.importing.urls")),
        path("", include("alunite.foundation.decisions.urls")),
        path("", include("alunite.foundation.merging.urls")),
        path("", include("alunite.programme.members.urls")),
        path("", include("alunite.front.inbox.urls")),
        path("", include("alunite.programme.assessments.urls")),
        path("", include("alunite.programme.assessments.evidence.urls")),
        path("", include("alunite.programme.assessments.talking.urls")),
        path("", include("alunite.programme.assessments.workbook.urls")),
        path("", include("alunite.programme.assessments.sending.urls")),
        path("", include("alunite.programme.assessments.sites.urls")),
        path("", include("alunite.programme.assessments.giving.urls")),
        prefix_default_language=False,
    ),
    *files,
    *calendars,
    path("", include("alunite.front.api.urls")),
]

handler400 = "alunite.config.faults.unreadable"
handler404 = "alunite.config.faults.not_found"
handler500 = "alunite.config.faults.fault"
