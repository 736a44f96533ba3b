"""Whether and when an audit usually stands between issue and last day of a certificate, and why. Pure: values in, values out.

There is a date only where the level names one, the day of issue is known, the date lies before the last day, and no page
tells of an audit since: a certificate whose audit is published needs no guess.
"""

from __future__ import annotations

from collections.abc import Iterable

from alunite.foundation.core.days import PartialDate, Precision, months_later
from alunite.foundation.core.judgement import Judgement, Reason
from alunite.foundation.scheme.models import Sourced
from alunite.foundation.scheme.values import PositiveInt

UsualAudit = Judgement[PartialDate | None]


def usual_audit(
    months: Sourced[PositiveInt] | None,
    *,
    issued: PartialDate | None,
    ends: PartialDate | None,
    told: Iterable[PartialDate],
) -> UsualAudit:
    """Judge when a certificate's audit in between is usually made and should be asked after.

    Parameters
    ----------
    months : Sourced of int or None
        `surveillance_months` of the level the certificate was issued at.
    issued, ends : PartialDate or None
        Day of issue and last day as published, None for what is unknown.
    told : iterable of PartialDate
        Days of audits that pages tell of, made or announced.

    Returns
    -------
    Judgement of PartialDate or None
        The month it is usually made in, None where none is to be asked after; never without a reason.
    """
    if months is None:
        return Judgement(
            None, (Reason("surveillance_not_usual", "Its level names no audit between issue and last day."),)
        )
    values = {
        "months": months.value,
        "issued": str(issued) if issued else None,
        "ends": str(ends) if ends else None,
    }

    def judged(month: PartialDate | None, rule: str, text: str, **more: str) -> UsualAudit:
        return Judgement(month, (Reason(rule, text, values | more, months.trust, months.origin, months.source),))

    if issued is None or issued.precision is not Precision.DAY:
        return judged(None, "surveillance_issue_not_known", "The day of issue, from which it counts, is not known.")
    day = months_later(issued.earliest, months.value)
    if ends is not None and day >= ends.earliest:
        text = f"{months.value} months after issue, {day}, the certificate had ended: {ends} is its last day."
        return judged(None, "surveillance_after_end", text, due=day.isoformat())
    since = min((one for one in told if one.latest > issued.earliest), key=lambda one: one.latest, default=None)
    if since is not None:
        text = f"A page tells of an audit after issue: {since}."
        return judged(None, "surveillance_told", text, due=day.isoformat(), told=str(since))
    text = f"There usually is an audit about {months.value} months after issue, {issued}; no page tells of one."
    # About so many months: to the month, not to the day.
    return judged(PartialDate.parse(f"{day:%Y-%m}"), "surveillance_usual", text, due=day.isoformat())
