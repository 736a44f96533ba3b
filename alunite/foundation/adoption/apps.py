from __future__ import annotations

from django.apps import AppConfig


class AdoptionConfig(AppConfig):
    name = "alunite.foundation.adoption"
    label = "adoption"
