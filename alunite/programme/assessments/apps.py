from __future__ import annotations

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "alunite.programme.assessments"
    label = "assessments"

    def ready(self) -> None:
        from alunite.programme.assessments import (  # noqa: F401, register themselves
            calendar,
            leaving,
            policies,
            publish,
            reactions,
            tasks,
            workspace,
        )
        from alunite.programme.assessments.evidence import policies as of_evidence  # noqa: F401, registers itself
        from alunite.programme.assessments.talking import policies as of_threads  # noqa: F401, registers itself
        from alunite.programme.assessments.workbook import actions as of_workbooks  # noqa: F401, registers its chore
