"""An invitation's link works once, for a week, and tells nothing about accounts there are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from alunite.foundation.accounts import views
from alunite.foundation.accounts.actions import add_person, close_account, end_affiliation
from alunite.foundation.accounts.invitations import (
    AGAIN_AFTER,
    MOST_A_DAY,
    MOST_OPEN,
    SALT,
    CannotInvite,
    accept,
    accept_as_newcomer,
    find_by_token,
    invite,
    revoke,
    send_again,
)
from alunite.foundation.accounts.models import Affiliation, Invitation, Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR, Refused
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.history.models import Entry

ORIGIN = "https://register.example.org/"
GUEST = "Guest@example.org"
PASSWORD = "four quiet herons"


@pytest.fixture
def place(db) -> Organisation:
    return Organisation.objects.create(name="Fjord & Sons", kind=OrganisationKind.MEMBER)


def invited(
    place: Organisation, email: str = GUEST, role: str = Role.MANAGER, actor=OPERATOR
) -> tuple[Invitation, str]:
    made = invite(place, email, role, actor=actor, origin=ORIGIN)
    return made, link()


def link() -> str:
    return re.search(r"/invitation/(\S+)/", mail.outbox[-1].body)[1]


def newcomer(token: str):
    return accept_as_newcomer(token, "guest", "Guest Guestson", PASSWORD)


def test_an_invitation_opens_an_account_with_the_role_once(place):
    made, token = invited(place)
    assert mail.outbox[-1].to == [GUEST]
    assert f"{ORIGIN}invitation/" in mail.outbox[-1].body
    assert "Fjord & Sons" in mail.outbox[-1].body
    person, _ = newcomer(token)
    assert (person.email, person.check_password(PASSWORD)) == (GUEST, True)
    assert person.affiliations.get().role == Role.MANAGER
    assert newcomer(token) is None
    assert accept(token, person) is None
    kinds = list(Entry.objects.order_by("pk").values_list("kind", "actor"))
    by = f"person:{person.pk}"
    assert kinds == [
        ("invitation.made", "operator"),
        ("person.added", by),
        ("affiliation.began", by),
        ("invitation.accepted", by),
    ]
    said = "".join(repr(entry.data) + entry.record_id for entry in Entry.objects.all()).lower()
    assert "guest" not in said, "no address and no name stands in history"
    assert Invitation.objects.get().secret_digest == ""
    assert token not in repr(list(Invitation.objects.values()))
    assert made.pk == Invitation.objects.get().pk


def test_links_that_do_not_hold(place):
    made, token = invited(place)
    assert find_by_token(token) is not None
    wrong = [token[:-1] + ("A" if token[-1] != "A" else "B"), "", "x", token.partition(":")[2]]
    wrong.append(signing.dumps({"i": str(made.pk), "s": "guessed"}, salt=SALT))
    wrong.append(signing.dumps({"i": "not a number", "s": 3}, salt=SALT))
    wrong.append(signing.dumps(["list"], salt=SALT))
    wrong.append(signing.dumps({"i": str(made.pk), "s": "x"}, salt="another"))
    assert [find_by_token(one) for one in wrong] == [None] * len(wrong)
    with pytest.raises(CannotInvite, match="a moment ago"):
        send_again(made, actor=OPERATOR, origin=ORIGIN)
    assert find_by_token(token) is not None
    Invitation.objects.update(sent_at=timezone.now() - AGAIN_AFTER)
    send_again(made, actor=OPERATOR, origin=ORIGIN)
    newer = link()
    assert find_by_token(token) is None, "the link before no longer works"
    assert find_by_token(newer) is not None
    Invitation.objects.update(expires_at=timezone.now())
    assert find_by_token(newer) is None
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    revoke(made, actor=OPERATOR)
    assert find_by_token(newer) is None
    assert newcomer(newer) is None
    sent = len(mail.outbox)
    send_again(made, actor=OPERATOR, origin=ORIGIN)
    assert len(mail.outbox) == sent, "what was taken back is not sent again"
    assert not Person.objects.exists()


def test_what_cannot_be_invited(place):
    for email, role in (("nobody", Role.MANAGER), (GUEST, Role.OFFICE), (GUEST, "king"), ("", Role.MANAGER)):
        with pytest.raises(CannotInvite):
            invite(place, email, role, actor=OPERATOR, origin=ORIGIN)
    for number in range(MOST_OPEN):
        invite(place, f"{number}@example.org", Role.MANAGER, actor=OPERATOR, origin=ORIGIN)
    with pytest.raises(CannotInvite, match="Too many"):
        invite(place, GUEST, Role.MANAGER, actor=OPERATOR, origin=ORIGIN)
    # Taking them back makes no room for more mail to strangers.
    for number in range(MOST_OPEN, MOST_A_DAY):
        Invitation.objects.filter(revoked_at=None).update(revoked_at=timezone.now())
        invite(place, f"{number}@example.org", Role.MANAGER, actor=OPERATOR, origin=ORIGIN)
    with pytest.raises(CannotInvite, match="today"):
        invite(place, GUEST, Role.MANAGER, actor=OPERATOR, origin=ORIGIN)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=1))
    invite(place, GUEST, Role.MANAGER, actor=OPERATOR, origin=ORIGIN)


@pytest.mark.parametrize("how", ["role", "account"])
def test_whoever_leaves_comes_back_by_no_invitation_of_their_own(cast, how):
    place, leaver = cast.organisation("member"), cast.person("member")
    _, of_leaver = invited(place, "private@example.org", Role.ADMIN, cast.actor("member"))
    _, of_office = invited(place, GUEST, Role.MANAGER, cast.actor("office"))
    end_affiliation(leaver.affiliations.get(role=Role.MANAGER), actor=cast.actor("office"))
    assert find_by_token(of_leaver), "who still looks after people keeps what they sent"
    if how == "role":
        end_affiliation(leaver.affiliations.get(role=Role.ADMIN), actor=cast.actor("office"))
    else:
        close_account("member", actor=OPERATOR)
    assert find_by_token(of_leaver) is None
    assert find_by_token(of_office)
    assert Entry.objects.filter(kind="invitation.revoked").count() == 1


def test_who_may_invite_where(cast):
    """An administrator into their own; the office everywhere but its own house, whose administrator does."""
    allowed = {}
    for name in ("member", "colleague", "auditor", "assurance", "office", "buyer", "stranger", "public"):
        for owner, role in (("member", Role.MANAGER), ("auditor", Role.AUDITOR), ("office", Role.ASSURANCE)):
            try:
                invite(cast.organisation(owner), GUEST, role, actor=cast.actor(name), origin=ORIGIN)
            except Refused:
                continue
            allowed.setdefault(name, []).append(owner)
    # The cast's `office` is also the administrator of its own house.
    assert allowed == {"member": ["member"], "auditor": ["auditor"], "office": ["member", "auditor", "office"]}
    Affiliation.objects.filter(person=cast.person("office"), role=Role.ADMIN).delete()
    with pytest.raises(Refused):
        invite(cast.organisation("office"), GUEST, Role.ASSURANCE, actor=cast.actor("office"), origin=ORIGIN)


def test_by_the_pages_a_guest_comes_in_and_is_led_to_a_second_factor(cast):
    place = cast.organisation("member")
    page = f"/organisations/{place.pk}/people/"
    assert cast["member"].post(page, {"email": GUEST, "role": "manager"})["Location"] == page
    assert GUEST in cast["member"].get(page).content.decode()
    address = f"/invitation/{link()}/"
    guest = Client()
    answer = guest.get(address)
    assert "no-store" in answer["Cache-Control"]
    assert place.name in answer.content.decode()
    weak = guest.post(address, {"display_name": "G", "username": "member", "password": "short"})
    assert set(weak.context["form"].errors) == {"username", "password"}
    answer = guest.post(address, {"display_name": "G", "username": "Guest", "password": PASSWORD})
    assert answer["Location"] == "/account/second-factor/"
    assert guest.get("/account/").status_code == 200
    assert guest.get(f"/organisations/{place.pk}/").status_code == 200
    assert Client().get(address).status_code == 404


def test_who_has_an_account_takes_the_role_with_it(cast):
    _, token = invited(cast.organisation("buyer"))
    answer = cast["stranger"].post(f"/invitation/{token}/")
    assert answer["Location"] == "/account/"
    assert cast.person("stranger").affiliations.get().organisation == cast.organisation("buyer")
    _, again = invited(cast.organisation("buyer"))
    cast["stranger"].post(f"/invitation/{again}/")
    assert cast.person("stranger").affiliations.count() == 1, "a role held already is held once"


def test_whoever_comes_too_late_is_told_so(cast, monkeypatch):
    _, token = invited(cast.organisation("buyer"))
    monkeypatch.setattr(views.inviting, "accept", lambda *_: None)  # somebody else took it up in between
    answer = cast["stranger"].post(f"/invitation/{token}/")
    assert answer.status_code == 404
    assert not cast.person("stranger").affiliations.exists()


def test_an_address_with_an_account_is_told_from_none_by_nothing(cast):
    page = f"/organisations/{cast.organisation('member').pk}/people/"
    add_person("known", actor=OPERATOR, email="known@example.org")
    bodies = []
    for email in ("known@example.org", "empty@example.org"):
        assert cast["member"].post(page, {"email": email, "role": "manager"}).status_code == 302
        text = cast["member"].get(page).content.decode()
        Invitation.objects.all().delete()
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|/invitations/[^/]*/', "", text)
        bodies.append(text.replace(email, "ADDRESS"))
    assert bodies[0] == bodies[1]
    assert len({message.subject for message in mail.outbox}) == 1
