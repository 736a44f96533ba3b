from __future__ import annotations

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "alunite.programme.members"
    label = "members"

    def ready(self) -> None:
        from alunite.programme.members import (  # noqa: F401, register themselves
            calendar,
            chores,
            holding,
            importer,
            merging,
            policies,
            publish,
            reactions,
            tasks,
            traces,
            workspace,
        )
