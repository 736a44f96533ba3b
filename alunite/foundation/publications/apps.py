from __future__ import annotations

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    name = "alunite.foundation.publications"
    label = "publications"

    def ready(self) -> None:
        from alunite.foundation.publications import checks, chores  # noqa: F401, register with verification and worker
