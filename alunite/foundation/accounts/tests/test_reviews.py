"""Roles are looked through: confirmed or ended, and a reminder goes out when nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from alunite.foundation.accounts.actions import CannotEnd, affiliate, close_account, end_affiliation
from alunite.foundation.accounts.models import Affiliation, Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR, PUBLIC, SYSTEM, Refused
from alunite.foundation.accounts.reviews import confirm_affiliation, overdue, remind_of_reviews
from alunite.foundation.accounts.roles import Role
from alunite.foundation.history.models import Entry


def role_of(name: str) -> Affiliation:
    return Affiliation.objects.exclude(role=Role.ADMIN).get(person__username=name)


def test_a_role_is_confirmed_or_ended_by_the_administrator(cast):
    member, role = cast["member"], role_of("colleague")
    page = f"/organisations/{role.organisation_id}/people/"
    assert member.post(f"/affiliations/{role.pk}/confirm/")["Location"] == page
    role.refresh_from_db()
    assert role.confirmed_at
    assert member.post(f"/affiliations/{role.pk}/end/")["Location"] == page
    assert cast["colleague"].get(f"/organisations/{role.organisation_id}/").status_code == 404
    confirm_affiliation(role, actor=OPERATOR)
    kinds = list(Entry.objects.filter(record_type="affiliation", record_id=str(role.pk)).values_list("kind", flat=True))
    assert kinds == ["affiliation.began", "affiliation.confirmed", "affiliation.ended"], "what ended is not confirmed"


def test_the_last_administrator_stays_until_there_is_another_or_the_office_says_so(cast):
    member, place = cast["member"], cast.organisation("member")
    own = Affiliation.objects.get(person=cast.person("member"), role=Role.ADMIN)
    page = f"/organisations/{place.pk}/people/"
    answer = member.post(f"/affiliations/{own.pk}/end/", follow=True)
    assert answer.redirect_chain[-1][0] == page
    assert "You are the last administrator here" in answer.content.decode()
    closed = affiliate("stranger", place, Role.ADMIN, actor=OPERATOR)
    Person.objects.filter(username="stranger").update(is_active=False)
    with pytest.raises(CannotEnd):
        end_affiliation(own, actor=cast.actor("member"))
    end_affiliation(closed, actor=OPERATOR)
    another = affiliate("colleague", place, Role.ADMIN, actor=OPERATOR)
    assert member.post(f"/affiliations/{own.pk}/end/")["Location"] == "/account/"
    assert end_affiliation(another, actor=cast.actor("office")).until


def test_of_two_administrators_who_end_each_other_at_once_one_stays(cast):
    place = cast.organisation("member")
    other = affiliate("colleague", place, Role.ADMIN, actor=OPERATOR)
    both = cast.actor("member"), cast.actor("colleague")
    own = Affiliation.objects.get(person=cast.person("member"), role=Role.ADMIN)
    end_affiliation(other, actor=both[0])
    with pytest.raises(Refused):
        end_affiliation(own, actor=both[1])
    own.refresh_from_db()
    assert own.until is None


def test_nobody_else_confirms_or_ends(cast):
    for name in ("colleague", "auditor", "assurance", "stranger", "public"):
        for action in (confirm_affiliation, end_affiliation):
            with pytest.raises(Refused):
                action(role_of("member"), actor=cast.actor(name))


def test_a_reminder_goes_to_the_administrator_when_roles_are_overdue(cast, settings):
    settings.ALUNITE_REVIEW_DAYS, settings.ALUNITE_ORIGIN = 180, "https://register.example.org"
    today = timezone.now().date()
    assert remind_of_reviews(today, actor=SYSTEM) == 0
    long_ago = timezone.now() - timedelta(days=182)
    Affiliation.objects.update(since=long_ago)
    Affiliation.objects.exclude(organisation=cast.organisation("member")).update(confirmed_at=timezone.now())
    assert remind_of_reviews(today - timedelta(days=3), actor=SYSTEM) == 0, "they were not overdue then"
    assert remind_of_reviews(today, actor=SYSTEM) == 1
    assert mail.outbox[-1].to == ["member@walkthrough.example"]
    assert "3 roles" in mail.outbox[-1].body
    page = f"/organisations/{cast.organisation('member').pk}/people/"
    assert f"\nhttps://register.example.org{page}\n" in mail.outbox[-1].body
    reminded = [remind_of_reviews(today + timedelta(days=later), actor=SYSTEM) for later in range(33)]
    assert [later for later, mails in enumerate(reminded) if mails] == [15, 30], "not again before two weeks have gone"
    settings.ALUNITE_REVIEW_DAYS = 0
    Organisation.objects.update(reminded_at=None)
    assert list(overdue()) == []
    assert remind_of_reviews(today, actor=SYSTEM) == 0
    with pytest.raises(Refused):
        remind_of_reviews(today, actor=PUBLIC)


def test_days_made_up_for_bring_one_reminder(cast):
    Affiliation.objects.update(since=timezone.now() - timedelta(days=300))
    today = timezone.now().date()
    mails = [remind_of_reviews(today - timedelta(days=ago), actor=SYSTEM) for ago in range(60, -1, -1)]
    assert [bool(number) for number in mails] == [True] + [False] * 60


def test_without_an_administrator_the_office_is_reminded(cast, settings):
    Affiliation.objects.filter(role=Role.ADMIN, organisation=cast.organisation("member")).delete()
    Affiliation.objects.filter(organisation=cast.organisation("member")).update(
        since=timezone.now() - timedelta(days=200)
    )
    remind_of_reviews(timezone.now().date(), actor=SYSTEM)
    assert mail.outbox[-1].to == ["office@walkthrough.example"]
    assert "/organisations/" not in mail.outbox[-1].body, "without ALUNITE_ORIGIN half an address would lead nowhere"
    assert f"choose {cast.organisation('member')}" in mail.outbox[-1].body


def test_a_closed_account_signs_in_no_more_and_holds_no_role(cast):
    client = cast["member"]
    close_account("member", actor=OPERATOR)
    assert client.get("/account/").status_code == 302
    person = Person.objects.get(username="member")
    assert not person.is_active
    assert not person.affiliations.filter(until=None).exists()
    close_account("member", actor=OPERATOR)
    assert Entry.objects.filter(kind="person.closed").count() == 1
    with pytest.raises(Refused):
        close_account("buyer", actor=cast.actor("office"))
