"""Whatever single value of a sealed history is changed, verification finds it."""

from __future__ import annotations

import string
from datetime import UTC, datetime

from django.db import DatabaseError, connection, models, transaction
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from alunite.foundation.history.models import Checkpoint, Entry, Payload
from alunite.foundation.history.sealing import seal
from alunite.foundation.history.tests import attacker
from alunite.foundation.history.verification import verify

COLUMNS = [(model, field) for model in (Entry, Payload, Checkpoint) for field in model._meta.concrete_fields]
TEXT = st.text(alphabet=string.ascii_letters + string.digits + ' {}":.-é', max_size=20)


def _other_value(data, field, value):
    """Draw another value the column can hold: near the one it has, or far from it."""
    if isinstance(field, models.DateTimeField):
        other = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
    elif isinstance(field, models.CharField | models.TextField):
        near = TEXT.map(lambda text: (value or "")[: len(text)] + text + (value or "")[2 * len(text) :])
        swapped = st.just((value or "").swapcase())
        other = st.one_of(TEXT, near, swapped).map(lambda text: text[: field.max_length])
    else:
        other = st.one_of(st.integers(-(2**62), 2**62), st.integers(-2, 20), st.just((value or 0) + 1))
    if field.null:
        other = st.one_of(st.none(), other)
    drawn = data.draw(other, label="other value")
    assume(drawn != value)
    return drawn


@given(data=st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def _find_each_mutation(data):
    model, field = data.draw(st.sampled_from(COLUMNS), label="column")
    keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
    key = data.draw(st.sampled_from(keys), label="row")
    value = _other_value(data, field, model.objects.filter(pk=key).values_list(field.attname, flat=True).get())
    table, pk = model._meta.db_table, model._meta.pk.column
    statement = f'UPDATE {table} SET "{field.column}" = %s WHERE "{pk}" = %s'
    stored = value.isoformat(sep=" ").removesuffix("+00:00") if isinstance(value, datetime) else value
    if connection.vendor == "postgresql":
        stored = value
    with transaction.atomic():
        try:
            with transaction.atomic():
                attacker.execute(statement, stored, key)
        except DatabaseError:  # a unique key is in the way, and nothing was changed
            reject()
        found = verify()
        transaction.set_rollback(True)
    assert not found.ok, statement
    assert found.as_dict()["problems"]


def test_any_single_mutation_of_a_sealed_history_is_found(sample):
    assert seal() is not None
    attacker.switch_protection_off()
    assert verify().ok
    _find_each_mutation()
    assert verify().ok
