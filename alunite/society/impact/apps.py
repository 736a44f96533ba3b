from __future__ import annotations

from django.apps import AppConfig


class ImpactConfig(AppConfig):
    name = "alunite.society.impact"
    label = "impact"

    def ready(self) -> None:
        from alunite.society.impact import importer, publish, reactions, traces  # noqa: F401, register themselves
