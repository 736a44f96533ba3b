"""Facts on a page of another language: dates, numbers, countries, the scheme's names, and what rules said."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from alunite.foundation.publications import sentences
from alunite.foundation.publications.countries import country_name
from alunite.front.register.models import Record
from alunite.front.register.templatetags.shown import THIN, day, number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2019-12-13", "13 déc. 2019"),
        ("2020-06-01", "1er juin 2020"),
        ("2023-08", "août 2023"),
        ("2023", "2023"),
        ("unknown", "inconnu"),
    ],
)
def test_days_are_french(value, shown):
    with override("fr"):
        assert day(value) == shown


def test_numbers_keep_their_digits_and_take_the_decimal_sign():
    with override("fr"):
        assert [number(value) for value in ("248500000", "-1234.50", 0.5)] == [
            f"248{THIN}500{THIN}000",
            f"−1{THIN}234,50",
            "0,5",
        ]


def test_countries_are_french():
    with override("fr"):
        assert [country_name(code) for code in ("DE", "CN", "unknown")] == ["Allemagne", "Chine", "inconnu"]


def told(payload):
    if isinstance(payload, dict):
        if {"rule", "text"} <= payload.keys():
            yield payload["text"]
        payload = list(payload.values())
    for item in payload if isinstance(payload, list) else ():
        yield from told(item)


def test_every_reason_published_of_real_rows_is_said_in_french(facts):
    said = {
        text
        for payload in Record.objects.filter(payload__isnull=False).values_list("payload", flat=True)
        for text in told(payload)
    }
    assert len(said) > 40
    with override("fr"):
        assert [text for text in said if sentences.is_foreign(text)] == []
    assert all(sentences.spoken(text) == text for text in said)


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (
            "It was announced in 2025; it prints 2028-05 as its last day and no first day.",
            "Il a été annoncé en 2025 ; elle imprime 2028-05 comme dernier jour, et aucun premier jour.",
        ),
        (
            "No last day is printed; its level lasts 3 years, which makes a day from 2027-01-31 to 2027-02-27 the last.",
            "Aucun dernier jour n’est imprimé ; son niveau dure 3 ans, ce qui donne pour dernier jour un jour du 2027-01-31 au "
            "2027-02-27.",
        ),
    ],
)
def test_what_stands_in_the_gaps_of_a_sentence_is_said_too(english, french):
    with override("fr"):
        assert sentences.spoken(english).replace("\u202f", " ") == french.replace("\u202f", " ")


def test_a_sentence_that_no_template_fits_stays_as_it_was_said_and_says_that_it_is_english():
    with override("fr"):
        assert sentences.spoken("Nobody knows.") == "Nobody knows."
        assert sentences.is_foreign("Nobody knows.")
    assert not sentences.is_foreign("Nobody knows.")


def test_a_record_is_french_and_marks_what_is_not(facts, client):
    shown = Record.objects.filter(until=None, kind="certificate").order_by("subject").first()
    page = client.get(f"/fr/certificates/{shown.subject}-{shown.slug}/").content.decode()
    assert '<html lang="fr">' in page
    assert "Norme de performance" in page or "Chaîne de traçabilité" in page
    for english in ("It was issued", "Its last day", "Bauxite Mining", " Dec "):
        assert english not in page
