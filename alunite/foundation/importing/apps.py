from __future__ import annotations

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "alunite.foundation.importing"
    label = "importing"

    def ready(self) -> None:
        from alunite.foundation.importing import checks, uploads  # noqa: F401, register with verification and worker
