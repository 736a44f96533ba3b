"""Days as sources print them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alunite.foundation.core.days import PartialDate, Precision, last_day_of_term, years_later

DAYS = st.dates(min_value=date(1800, 1, 1), max_value=date(2199, 12, 31))


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2019-12-13", date(2019, 12, 13), date(2019, 12, 13), Precision.DAY),
        ("2023-08", date(2023, 8, 1), date(2023, 8, 31), Precision.MONTH),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), Precision.MONTH),
        ("2023-12", date(2023, 12, 1), date(2023, 12, 31), Precision.MONTH),
        ("2019", date(2019, 1, 1), date(2019, 12, 31), Precision.YEAR),
    ],
)
def test_a_shortened_date_is_every_day_it_can_be(text, earliest, latest, precision):
    assert PartialDate.parse(text) == PartialDate(earliest, latest, precision)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-30",
        "2023-13",
        "2023-00",
        "2023-1",
        "13/12/2019",
        "12.2019",
        "2019-W50",
        "20191213",
        "2019-12-13T00:00",
        "1799",
        "2200",
        "0000",
        "²⁰²³",
        "٢٠٢٣",
        " 2023",
        "2023 ",
        "2023\n",
        "",
        "unknown",
    ],
)
def test_what_is_no_iso_day_is_refused(text):
    with pytest.raises(ValueError):
        PartialDate.parse(text)


@given(DAYS)
def test_a_day_reads_back_as_it_was_written(day):
    for text in (day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]):
        partial = PartialDate.parse(text)
        assert str(partial) == text
        assert partial.earliest <= day <= partial.latest


# Printed on certificates 56, 113 and 409 (scheme facts: public report anatomy, section 3).
@pytest.mark.parametrize(
    ("issued", "last"),
    [
        (date(2019, 12, 13), date(2022, 12, 12)),
        (date(2021, 1, 18), date(2024, 1, 17)),
        (date(2024, 11, 11), date(2027, 11, 10)),
    ],
)
def test_three_years_end_the_day_before_the_anniversary(issued, last):
    assert last_day_of_term(issued, 3) == last


def test_the_29th_of_february_counts_as_the_1st_of_march():
    assert years_later(date(2020, 2, 29), 1) == date(2021, 3, 1)
    assert last_day_of_term(date(2020, 2, 29), 1) == date(2021, 2, 28)
    assert last_day_of_term(date(2020, 2, 29), 4) == date(2024, 2, 28)


@given(DAYS.filter(lambda day: day.year < 2190), st.integers(1, 9))
def test_terms_in_a_row_leave_no_day_out(start, years):
    following = last_day_of_term(start, years) + timedelta(days=1)
    assert following == years_later(start, years)
    assert following.year == start.year + years
