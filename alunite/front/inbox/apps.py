from __future__ import annotations

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "alunite.front.inbox"
    label = "inbox"

    def ready(self) -> None:
        from alunite.front.inbox import chores, holding, policies  # noqa: F401, register themselves
