"""Addresses of accounts. Of the library's pages only those that are offered: the rest does not exist.

Sign-up answers, and says that it is closed: accounts are opened by invitation or at the command line.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account import views as library
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as sso
from allauth.usersessions import views as sessions
from django.db import transaction
from django.http.response import HttpResponseBase
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from alunite.foundation.accounts import views

View = Callable[..., HttpResponseBase]


def private(view: View) -> View:
    """Keep a page of the library's out of caches, and do what it does wholly or not at all, with its history."""
    return never_cache(transaction.atomic(view))


FACTORS = "account/second-factor/"
PROVIDER = "sso"
ONE_PROVIDER = {"provider_id": PROVIDER}

urlpatterns = [
    path("account/", views.account_home, name="account_home"),
    path("account/sign-ins/", views.account_sign_ins, name="account_sign_ins"),
    path("account/login/", library.login, name="account_login"),
    path("account/logout/", library.logout, name="account_logout"),
    path("account/signup/", library.signup, name="account_signup"),
    path("account/inactive/", library.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", never_cache(library.reauthenticate), name="account_reauthenticate"),
    path("account/password/change/", never_cache(library.password_change), name="account_change_password"),
    path("account/password/reset/", library.password_reset, name="account_reset_password"),
    path("account/password/reset/done/", library.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        never_cache(library.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/key/done/",
        library.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/sessions/", never_cache(sessions.list_usersessions), name="usersessions_list"),
    path(FACTORS, never_cache(factors.index), name="mfa_index"),
    path(f"{FACTORS}authenticate/", never_cache(factors.authenticate), name="mfa_authenticate"),
    path(f"{FACTORS}reauthenticate/", never_cache(factors.reauthenticate), name="mfa_reauthenticate"),
    path(f"{FACTORS}code/add/", private(totp.activate_totp), name="mfa_activate_totp"),
    path(f"{FACTORS}code/remove/", private(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(f"{FACTORS}recovery/", never_cache(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        f"{FACTORS}recovery/new/", private(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(f"{FACTORS}keys/", never_cache(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path(f"{FACTORS}keys/add/", private(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(f"{FACTORS}keys/<int:pk>/remove/", private(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path(f"{FACTORS}keys/login/", never_cache(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        f"{FACTORS}keys/reauthenticate/",
        never_cache(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/sso/", private(social.connections), name="socialaccount_connections"),
    path("account/sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("account/sso/error/", social.login_error, name="socialaccount_login_error"),
    # There is one provider, and no other name for it: the library would answer to its own names too.
    path(f"account/sso/{PROVIDER}/", never_cache(sso.login), ONE_PROVIDER, name="openid_connect_login"),
    path("organisations/<uuid:organisation_id>/", views.organisation, name="organisation"),
    path("organisations/<uuid:organisation_id>/edit/", views.edit_organisation, name="edit_organisation"),
    path("organisations/<uuid:organisation_id>/people/", views.organisation_people, name="organisation_people"),
    path(
        "organisations/<uuid:organisation_id>/people/<uuid:person_id>/leave/", views.person_leaves, name="person_leaves"
    ),
    path("work/taken-over/<uuid:handover_id>/", views.handover, name="handover"),
    path("affiliations/<int:affiliation_id>/confirm/", views.affiliation_confirm, name="affiliation_confirm"),
    path("affiliations/<int:affiliation_id>/end/", views.affiliation_end, name="affiliation_end"),
    path("invitations/<uuid:invitation_id>/revoke/", views.invitation_revoke, name="invitation_revoke"),
    path("invitations/<uuid:invitation_id>/send/", views.invitation_resend, name="invitation_resend"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
# The provider knows this address to the letter, whatever language somebody reads.
callbacks = [
    path(f"account/sso/{PROVIDER}/callback/", never_cache(sso.callback), ONE_PROVIDER, name="openid_connect_callback"),
]
