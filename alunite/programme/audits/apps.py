from __future__ import annotations

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "alunite.programme.audits"
    label = "audits"

    def ready(self) -> None:
        from alunite.programme.audits import importer, merging, publish, reactions, traces  # noqa: F401, register themselves
