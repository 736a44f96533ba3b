from __future__ import annotations

from django.urls import include, path

from alunite.foundation.accounts import views

urlpatterns = [
    path("account/", views.account_home, name="account_home"),
    path("account/", include("allauth.account.urls")),
    path("organisations/<uuid:organisation_id>/", views.organisation, name="organisation"),
]
