from __future__ import annotations

from django.apps import AppConfig


class AdoptionConfig(AppConfig):
    name = "alunite.foundation.adoption"
    label = "adoption"

    def ready(self) -> None:
        from alunite.foundation.adoption import checks, chores  # noqa: F401, register themselves
