"""One state on each day, no gap, no overlap."""

from __future__ import annotations

from datetime import date

import pytest

from alunite.foundation.core.judgement import Reason, Trust, lowest_trust
from alunite.foundation.core.timeline import Segment, Timeline

ACTIVE = Segment("active", date(2019, 12, 13), date(2022, 12, 12), "full", (Reason("r", "Printed.", {"a": 1}),))
EXPIRED = Segment("expired", date(2022, 12, 13), None)


def test_a_day_has_the_state_of_its_segment_and_none_before_the_first():
    line = Timeline((ACTIVE, EXPIRED))
    assert line.state_on(date(2019, 12, 12)) is None
    assert line.state_on(date(2019, 12, 13)) == "active"
    assert line.state_on(date(2022, 12, 12)) == "active"
    assert line.state_on(date(2022, 12, 13)) == "expired"
    assert line.state_on(date(2199, 1, 1)) == "expired"


@pytest.mark.parametrize(
    "segments",
    [
        (ACTIVE, Segment("expired", date(2022, 12, 14), None)),
        (ACTIVE, Segment("expired", date(2022, 12, 12), None)),
        (EXPIRED, ACTIVE),
        (Segment("active", date(2022, 1, 2), date(2022, 1, 1)),),
    ],
    ids=["gap", "overlap", "open before the end", "ends before it begins"],
)
def test_segments_that_do_not_meet_are_refused(segments):
    with pytest.raises(ValueError):
        Timeline(segments)


def test_a_timeline_reads_back_as_it_was_written():
    line = Timeline((ACTIVE, EXPIRED))
    assert Timeline.from_list(line.as_list()) == line
    assert Timeline.from_list([]) == Timeline(())


def test_mixed_evidence_takes_the_lowest_trust():
    assert lowest_trust([Trust.READ, Trust.CUT, Trust.KNOWN]) is Trust.KNOWN
    assert lowest_trust([Trust.DESIGN, Trust.READ]) is Trust.DESIGN
    assert lowest_trust([Trust.READ]) is Trust.READ
