"""Addresses of accounts. Of the library's pages only those that are offered: the rest does not exist.

Sign-up answers, and says that it is closed. E-mail addresses and passwords by e-mail come with the outbox.
"""

from __future__ import annotations

from allauth.account import views as library
from django.urls import path
from django.views.decorators.cache import never_cache

from alunite.foundation.accounts import views

urlpatterns = [
    path("account/", views.account_home, name="account_home"),
    path("account/login/", library.login, name="account_login"),
    path("account/logout/", library.logout, name="account_logout"),
    path("account/signup/", library.signup, name="account_signup"),
    path("account/reauthenticate/", never_cache(library.reauthenticate), name="account_reauthenticate"),
    path("account/password/change/", never_cache(library.password_change), name="account_change_password"),
    path("organisations/<uuid:organisation_id>/", views.organisation, name="organisation"),
]
