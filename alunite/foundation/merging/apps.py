from __future__ import annotations

from django.apps import AppConfig


class MergingConfig(AppConfig):
    name = "alunite.foundation.merging"
    label = "merging"

    def ready(self) -> None:
        from alunite.foundation.merging import checks, chores, tasks  # noqa: F401, register themselves
