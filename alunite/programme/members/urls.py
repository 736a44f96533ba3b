from __future__ import annotations

from alunite.programme.members.joining.urls import urlpatterns as joining
from alunite.programme.members.places.urls import urlpatterns as places

urlpatterns = [*joining, *places]
