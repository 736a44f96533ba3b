from __future__ import annotations

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "alunite.foundation.decisions"
    label = "decisions"

    def ready(self) -> None:
        from alunite.foundation.decisions import people, redaction, tasks  # noqa: F401, register themselves
