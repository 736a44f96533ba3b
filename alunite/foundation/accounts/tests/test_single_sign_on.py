"""Single sign-on against a provider that runs in the test: whom it lets in, and whom not."""

from __future__ import annotations

import importlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.apps import apps
from django.core import mail
from django.test import Client

from alunite.foundation.accounts.actions import add_person, affiliate
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.history.models import Entry
from tests.cast import sign_in

START, CLIENT = "/account/sso/sso/", "alunite-test"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(BaseHTTPRequestHandler):
    """Enough of OpenID Connect Core 1.0 for the code flow: discovery, keys, token, userinfo."""

    def log_message(self, *_):
        pass

    def say(self, data):
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        at = self.server.address
        if self.path.endswith("openid-configuration"):
            self.say(
                {
                    "issuer": self.server.issuer,
                    "authorization_endpoint": f"{at}/authorize",
                    "token_endpoint": f"{at}/token",
                    "userinfo_endpoint": f"{at}/userinfo",
                    "jwks_uri": f"{at}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif self.path == "/userinfo":
            self.say(self.server.claims | self.server.userinfo)
        else:
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self.say({"keys": [key | {"kid": "1", "use": "sig", "alg": "RS256"}]})

    def do_POST(self):
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked = given
        now = int(time.time())
        told = {"iss": self.server.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, **self.server.claims}
        token = jwt.encode(told, KEY, algorithm="RS256", headers={"kid": "1"})
        self.say({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})


@pytest.fixture
def provider(settings, db):
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        server.address = f"http://127.0.0.1:{server.server_address[1]}"
        server.claims, server.userinfo, server.issuer = {}, {}, server.address
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app = {"provider_id": "sso", "name": "House", "client_id": CLIENT, "secret": "s"}
        app["settings"] = {"server_url": server.address}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield server
        server.shutdown()


def come_back(provider, client: Client, start=None, **claims):
    """Go to the provider and come back as whom the claims say."""
    provider.claims = {"sub": "1", "name": "Marit Vik", **claims}
    sent = start or client.post(START)
    asked = parse_qs(urlsplit(sent["Location"]).query)
    assert sent["Location"].startswith(f"{provider.address}/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    return client.get(f"{START}callback/", {"code": "c", "state": asked["state"][0]})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def person(name: str, email: str, *, role: bool = True) -> Person:
    add_person(name, actor=OPERATOR, email=email)
    if role:
        place, _ = Organisation.objects.get_or_create(name="Place", kind=OrganisationKind.MEMBER)
        affiliate(name, place, Role.MANAGER, actor=OPERATOR)
    return Person.objects.get(username=name)


def test_whoever_holds_a_role_under_the_verified_address_is_linked_and_signed_in(provider):
    marit = person("marit", "marit@example.org")
    client = Client()
    assert "House" in client.get("/account/login/").content.decode()
    assert come_back(provider, client, email="Marit@example.org", email_verified=True)["Location"] == "/account/"
    assert provider.asked["code_verifier"]
    assert is_in(client)
    assert SocialAccount.objects.get().user == marit
    assert "a" not in SocialAccount.objects.values_list("socialtoken__token", flat=True)
    # Afterwards the link is by the provider's own id, whatever address it says.
    again = Client()
    come_back(provider, again, email="new@example.org", email_verified=False)
    assert is_in(again)
    kinds = list(Entry.objects.filter(record_id=str(marit.pk)).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["person.added", "person.factor_added", "person.signed_in", "person.signed_in"]


@pytest.mark.parametrize(
    ("claims", "role", "twice"),
    [
        ({"email": "nobody@example.org", "email_verified": True}, True, False),
        ({"email": "marit@example.org", "email_verified": False}, True, False),
        # Some providers say it in words.
        ({"email": "marit@example.org", "email_verified": "false"}, True, False),
        ({"email": "marit@example.org"}, True, False),
        ({}, True, False),
        ({"email": "marit@example.org", "email_verified": True}, False, False),
        ({"email": "marit@example.org", "email_verified": True}, True, True),
    ],
)
def test_nobody_else_is_let_in_and_no_account_is_opened(provider, claims, role, twice):
    person("marit", "marit@example.org", role=role)
    if twice:
        person("other", "marit@example.org")
    before = Person.objects.count()
    client = Client()
    answer = come_back(provider, client, **claims)
    assert answer.status_code == 403
    assert "There is no account" in answer.content.decode()
    assert not is_in(client)
    assert Person.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_a_closed_account_stays_closed(provider):
    marit = person("marit", "marit@example.org")
    come_back(provider, Client(), email="marit@example.org", email_verified=True)
    Person.objects.filter(pk=marit.pk).update(is_active=False)
    client = Client()
    come_back(provider, client, email="marit@example.org", email_verified=True)
    assert not is_in(client)


def test_an_invitation_is_taken_up_by_single_sign_on(provider):
    place = Organisation.objects.create(name="Place", kind=OrganisationKind.MEMBER)
    invite(place, "Guest@example.org", Role.MANAGER, actor=OPERATOR, origin="http://testserver")
    address = re.search(r"/invitation/\S+/", mail.outbox[-1].body)[0]
    client = Client()
    led = client.post(address, {"single_sign_on": "1"})
    assert led["Location"].startswith(f"{START}?next=")
    came = come_back(provider, client, client.post(led["Location"]), email="other@example.org", email_verified=True)
    assert came["Location"] == "/account/"
    assert is_in(client)
    made = Person.objects.get()
    assert (made.username, made.display_name, made.email) == ("guest@example.org", "Marit Vik", "Guest@example.org")
    assert not made.has_usable_password()
    assert made.affiliations.get().organisation == place
    assert Client().get(address).status_code == 404


def test_an_invitation_given_up_half_way_is_nobody_elses(provider):
    """Two people use one browser: the first follows a link and leaves, the second signs in."""
    place = Organisation.objects.create(name="Place", kind=OrganisationKind.MEMBER)
    invite(place, "guest@example.org", Role.MANAGER, actor=OPERATOR, origin="http://testserver")
    address = re.search(r"/invitation/\S+/", mail.outbox[-1].body)[0]
    client = Client()
    led = client.post(address, {"single_sign_on": "1"})
    client.post(led["Location"])
    assert come_back(provider, client, email="other@example.org", email_verified=True).status_code == 403
    assert not Person.objects.exists()
    assert Client().get(address).status_code == 200, "it is still the guest's"


def test_an_address_that_names_an_invitation_takes_none_up(provider):
    """Whoever invites an address of their own could send somebody else there, and hold their sign-in."""
    marit = person("marit", "marit@example.org")
    place = Organisation.objects.create(name="Place", kind=OrganisationKind.MEMBER)
    invite(place, "guest@example.org", Role.MANAGER, actor=OPERATOR, origin="http://testserver")
    address = re.search(r"/invitation/\S+/", mail.outbox[-1].body)[0]
    client = Client()
    led = client.post(f"{START}?{urlencode({'next': address})}")
    come_back(provider, client, led, email="marit@example.org", email_verified=True)
    assert is_in(client)
    assert SocialAccount.objects.get().user == marit
    assert Person.objects.count() == 1
    assert Client().get(address).status_code == 200, "it is still the guest's"


@pytest.mark.parametrize("name", ["   ", None, "Nul\x00 and\nlines", "x" * 500, ["not", "text"]])
def test_whatever_a_provider_calls_somebody_the_invitation_is_taken_up(provider, name):
    place = Organisation.objects.create(name="Place", kind=OrganisationKind.MEMBER)
    invite(place, "guest@example.org", Role.MANAGER, actor=OPERATOR, origin="http://testserver")
    client = Client()
    led = client.post(re.search(r"/invitation/\S+/", mail.outbox[-1].body)[0], {"single_sign_on": "1"})
    come_back(provider, client, client.post(led["Location"]), name=name)
    assert is_in(client)
    assert Person.objects.get().display_name.isprintable()


def test_another_issuer_inherits_no_account(provider):
    """The same id at another provider is another person; a first sign-in goes by the rules of a first one."""
    marit = person("marit", "marit@example.org")
    come_back(provider, Client(), email="marit@example.org", email_verified=True)
    provider.issuer = "https://next.example.org"
    client = Client()
    assert come_back(provider, client, email="marit@example.org", email_verified=False).status_code == 403
    assert not is_in(client)
    assert SocialAccount.objects.get().user == marit


def test_answers_that_do_not_say_who_of_whom_open_nothing(provider):
    person("marit", "marit@example.org")
    come_back(provider, Client(), email="marit@example.org", email_verified=True)
    client = Client()
    provider.userinfo = {"sub": "2"}
    answer = come_back(provider, client)
    assert "failed" in answer.content.decode()
    assert not is_in(client)


def test_links_made_before_are_keyed_by_their_issuer(provider):
    marit = person("marit", "marit@example.org")
    token = {"iss": provider.address, "sub": "1"}
    SocialAccount.objects.create(user=marit, provider="sso", uid="1", extra_data={"id_token": token, "userinfo": {}})
    client = Client()
    assert come_back(provider, client).status_code == 403
    keying = importlib.import_module("alunite.foundation.accounts.migrations.0003_key_single_sign_on_by_issuer")
    keying.by_issuer(apps, None)
    come_back(provider, client)
    assert is_in(client)
    keying.by_id_alone(apps, None)
    assert SocialAccount.objects.get().uid == "1"


@pytest.mark.parametrize("odd", ["another", "openid_connect", "a-b", "1", "github"])
def test_a_provider_there_is_not_is_not_found(provider, settings, odd):
    for configured in (settings.SOCIALACCOUNT_PROVIDERS, {}):
        settings.SOCIALACCOUNT_PROVIDERS = configured
        for address in (f"/account/sso/{odd}/", f"/account/sso/{odd}/callback/"):
            assert Client().get(address).status_code == 404, address
        assert Client().post(f"/account/sso/{odd}/").status_code == 404
    assert Client().post(START).status_code == 404, "none is configured"


def test_a_state_that_was_not_ours_opens_nothing(provider):
    person("marit", "marit@example.org")
    provider.claims = {"sub": "1", "email": "marit@example.org", "email_verified": True}
    client = Client()
    answer = client.get(f"{START}callback/", {"code": "c", "state": "guessed"})
    assert "failed" in answer.content.decode()
    assert not is_in(client)
    assert Client().get("/account/sso/another/").status_code == 404


def test_a_browser_left_open_links_no_other_way_to_sign_in(provider):
    made = add_person("marit", actor=OPERATOR, email="marit@example.org")
    client = sign_in(made)
    kept = client.session
    kept["account_authentication_methods"] = [
        {**one, "at": one["at"] - 3600} for one in kept["account_authentication_methods"]
    ]
    kept.save()
    sent = client.post(f"{START}?process=connect")
    assert come_back(provider, client, sent)["Location"] == "/account/reauthenticate/"
    assert not SocialAccount.objects.exists()
    client.post("/account/reauthenticate/", {"password": made.password})
    linked = SocialAccount.objects.get()
    kept = client.session
    kept["account_authentication_methods"] = []
    kept.save()
    asked = client.post("/account/sso/", {"account": linked.pk})
    assert asked["Location"].startswith("/account/reauthenticate/")
    assert SocialAccount.objects.exists()
