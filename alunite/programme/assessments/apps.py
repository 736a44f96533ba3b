from __future__ import annotations

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "alunite.programme.assessments"
    label = "assessments"

    def ready(self) -> None:
        from alunite.programme.assessments import policies, workspace  # noqa: F401, register themselves
