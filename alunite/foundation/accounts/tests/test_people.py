"""Opening accounts: faults, the cast, passwords, and what history keeps of people."""

from __future__ import annotations

import uuid

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import identify_hasher
from django.db import IntegrityError, transaction

from alunite.foundation.accounts.actions import (
    InvalidAccount,
    add_cast,
    add_person,
    affiliate,
    change_own_password,
    end_affiliation,
    set_password,
)
from alunite.foundation.accounts.cast import CAST
from alunite.foundation.accounts.models import Affiliation, Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR, PUBLIC, Refused
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.history.models import Entry, Payload


def faults_of(**given) -> list[str]:
    username = given.pop("username", "someone")
    before = Person.objects.count()
    with pytest.raises(InvalidAccount) as refused:
        add_person(username, actor=OPERATOR, **given)
    assert Person.objects.count() == before
    return [name for name, _ in refused.value.faults]


def test_a_person_has_an_opaque_id_that_tells_nothing(db):
    """History names an actor by it for ever: it holds no order, no time and no name (a random UUID, version 4)."""
    add_person("one", actor=OPERATOR)
    assert Person.objects.get(username="one").pk.version == 4


@pytest.mark.parametrize(
    "username",
    ["", "   ", "x" * 151, "two words", "line\nbreak", "nul\x00", "Ångström", "аdmin", "zero\u200bwidth", "<script>"],
)
def test_a_name_that_could_be_mistaken_is_refused(db, username):
    """The fifth from the end begins with a Cyrillic letter that looks like an a."""
    assert faults_of(username=username) == ["username"]


def test_a_name_is_taken_whatever_its_case(db):
    add_person("Marit.Vik", actor=OPERATOR)
    assert faults_of(username="MARIT.vik") == ["username"]
    assert Person.objects.get_by_natural_key(" mArit.viK ").username == "marit.vik"


def test_the_database_itself_refuses_two_cases_of_one_name(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(username="Marit")


def test_all_faults_of_an_account_are_said_at_once(db):
    found = faults_of(username="no way", email="not an address", display_name="n" * 201, password="short")
    assert sorted(found) == ["display_name", "email", "password", "username"]


@pytest.mark.parametrize("password", ["elevenchars", "password1234", "marit.vik-org"])
def test_a_weak_password_is_refused(db, password):
    """Shorter than 12 characters, one of the common ones, or the name itself."""
    assert faults_of(username="marit.vik-or", password=password) == ["password"]


def test_passwords_are_kept_hashed_and_every_account_gets_another(db):
    first, second = add_person("one", actor=OPERATOR), add_person("two", actor=OPERATOR)
    assert first.password != second.password
    assert len(first.password) >= 16
    kept = Person.objects.get(username="one")
    assert first.password not in kept.password
    assert identify_hasher(kept.password)
    assert kept.check_password(first.password)
    assert not kept.check_password(second.password)


def test_a_new_password_replaces_the_old_one(db):
    before = add_person("one", actor=OPERATOR)
    after = set_password("ONE", actor=OPERATOR)
    kept = Person.objects.get(username="one")
    assert kept.check_password(after.password)
    assert not kept.check_password(before.password)
    with pytest.raises(Person.DoesNotExist):
        set_password("nobody", actor=OPERATOR)
    with pytest.raises(Refused):
        set_password("one", actor=PUBLIC)


def test_the_cast_is_who_the_plan_says(db):
    made = add_cast(actor=OPERATOR)
    assert [one.username for one in made] == [
        *("member", "colleague", "auditor", "junior", "assurance", "office", "committee", "buyer", "stranger")
    ]
    roles = dict(Affiliation.objects.values_list("person__username", "organisation__name"))
    assert roles["member"] == roles["colleague"]
    assert roles["auditor"] == roles["junior"]
    assert roles["assurance"] == roles["office"]
    assert len(set(roles.values())) == 5
    assert "stranger" not in roles


def test_the_cast_is_marked_and_says_that_it_is_made_up(db):
    add_cast(actor=OPERATOR)
    for person in Person.objects.all():
        assert person.made_up
        assert "made-up" in str(person).casefold()
    for place in Organisation.objects.all():
        assert place.made_up
        assert "made up" in str(place)


def test_adding_the_cast_again_changes_nothing(db):
    add_cast(actor=OPERATOR)

    def everything():
        return [list(model.objects.order_by("pk").values()) for model in (Person, Organisation, Affiliation, Entry)]

    before = everything()
    assert add_cast(actor=OPERATOR) == []
    assert everything() == before


def test_a_player_who_is_missing_is_added_alone(db):
    add_cast(actor=OPERATOR)
    gone = Person.objects.get(username="stranger")
    gone.delete()
    assert [made.username for made in add_cast(actor=OPERATOR)] == ["stranger"]


def test_new_passwords_for_the_cast_open_and_the_old_ones_do_not(db):
    before = {made.username: made.password for made in add_cast(actor=OPERATOR)}
    after = {made.username: made.password for made in add_cast(actor=OPERATOR, new_passwords=True)}
    assert list(after) == [player.username for player in CAST]
    for name, password in after.items():
        person = Person.objects.get(username=name)
        assert person.check_password(password)
        assert not person.check_password(before[name])


def test_the_cast_never_takes_over_somebodys_real_account(db):
    mine = add_person("member", actor=OPERATOR)
    with pytest.raises(InvalidAccount):
        add_cast(actor=OPERATOR, new_passwords=True)
    assert Person.objects.get(username="member").check_password(mine.password)
    assert Person.objects.count() == 1, "all or nobody"


def test_who_may_not_add_people_gets_no_cast(db):
    with pytest.raises(Refused):
        add_cast(actor=PUBLIC)
    assert not Person.objects.exists()


def test_a_role_nobody_knows_is_refused(db):
    add_person("one", actor=OPERATOR)
    place = Organisation.objects.create(name="Place", kind=OrganisationKind.MEMBER)
    with pytest.raises(ValueError, match="emperor"):
        affiliate("one", place, "emperor", actor=OPERATOR)
    assert not Affiliation.objects.exists()


def test_a_role_is_held_once_at_a_time(db):
    add_person("one", actor=OPERATOR)
    place = Organisation.objects.create(name="Place", kind=OrganisationKind.MEMBER)
    held = affiliate("one", place, Role.MANAGER, actor=OPERATOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        affiliate("one", place, Role.MANAGER, actor=OPERATOR)
    end_affiliation(held, actor=OPERATOR)
    affiliate("one", place, Role.MANAGER, actor=OPERATOR)
    assert Affiliation.objects.count() == 2


def test_history_holds_no_personal_value(db):
    """design.md, idea 6: personal values never stand in an entry. Here they stand in no payload either."""
    personal = ["quercus.robur", "Quercus Robur", "quercus@example.org", "secret-acorn-42"]
    made = add_person(personal[0], actor=OPERATOR, display_name=personal[1], email=personal[2], password=personal[3])
    place = Organisation.objects.create(name="Place", kind=OrganisationKind.MEMBER)
    held = affiliate(made.username, place, Role.MANAGER, actor=OPERATOR)
    person = Person.objects.get(username=made.username)
    change_own_password(person, "another-acorn-43")
    renewed = set_password(made.username, actor=OPERATOR)
    end_affiliation(held, actor=OPERATOR)
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert kinds == {"person.added", "person.password_set", "affiliation.began", "affiliation.ended"}
    written = repr(list(Entry.objects.values())) + repr(list(Payload.objects.values()))
    for value in (*personal, "another-acorn-43", renewed.password, person.password):
        assert value.casefold() not in written.casefold()
    assert str(person.pk) in written


def test_history_says_who_changed_a_password(db):
    add_person("one", actor=OPERATOR)
    person = Person.objects.get(username="one")
    change_own_password(person, "another-acorn-43")
    set_password("one", actor=OPERATOR)
    actors = Entry.objects.filter(kind="person.password_set").order_by("pk").values_list("actor", flat=True)
    assert list(actors) == [f"person:{person.pk}", "operator"]


def test_a_refused_account_leaves_no_trace(db):
    add_person("one", actor=OPERATOR)
    entries = Entry.objects.count()
    with pytest.raises(InvalidAccount):
        add_person("one", actor=OPERATOR)
    assert Person.objects.count() == 1
    assert Entry.objects.count() == entries


def test_what_is_personal_is_not_public_and_a_password_is_sealed(db):
    assert Person.field_classes["password"] == "sealed"
    assert set(Person.field_classes) == {field.name for field in Person._meta.concrete_fields}
    for model in (Person, Organisation, Affiliation):
        assert "public" not in model.field_classes.values()


def test_a_person_named_in_history_cannot_be_deleted_while_affiliated(db):
    add_cast(actor=OPERATOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(username="member").delete()


def test_ids_of_people_fit_what_comes_next(db):
    """Passkeys, codes and outside identities refer to people by `settings.AUTH_USER_MODEL`; the library's own do."""
    add_person("one", actor=OPERATOR, email="one@example.org")
    person = Person.objects.get(username="one")
    address = EmailAddress.objects.create(user=person, email="one@example.org")
    assert isinstance(address.user_id, uuid.UUID)
    assert Person.USERNAME_FIELD == "username"
    assert Person.EMAIL_FIELD == "email"
