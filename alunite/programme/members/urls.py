from __future__ import annotations

from alunite.programme.members.places.urls import urlpatterns

__all__ = ["urlpatterns"]
