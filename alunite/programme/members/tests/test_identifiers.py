from __future__ import annotations

from alunite.foundation.publications import identifiers
from alunite.programme.members.models import Member


def test_an_id_that_a_row_has_or_that_was_drawn_twice_is_drawn_anew(db, monkeypatch):
    Member.objects.create(id="22222222", name="Hers already")
    drawn = iter(["22222222", "33333333", "33333333", "22222222", "33333333", "44444444", "55555555"])
    monkeypatch.setattr(identifiers, "new_public_id", lambda: next(drawn))
    assert sorted(identifiers.unused_ids(Member, 3)) == ["33333333", "44444444", "55555555"]


def test_ids_of_many_rows_are_looked_for_in_one_query_for_each_five_hundred(db, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(set(identifiers.unused_ids(Member, 600))) == 600
    with django_assert_num_queries(0):
        assert identifiers.unused_ids(Member, 0) == []
