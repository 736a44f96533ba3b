from __future__ import annotations

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "alunite.programme.members"
    label = "members"

    def ready(self) -> None:
        from alunite.programme.members import importer, merging, publish, reactions, traces  # noqa: F401, register themselves
