"""Taking up figures: each is kept as its source states it, and said with those that speak of the same thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.kinds import Parsed
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.records import CHUNK, chunks, take_up
from alunite.foundation.publications.withheld import withheld
from alunite.society.impact import rules
from alunite.society.impact.models import Figure
from alunite.society.impact.publish import ReadFigure, figure_payloads, in_common_terms, read_figure


def take_up_figures(rows: Sequence[Parsed], actor: Actor) -> None:
    """Make or restate the figures these rows state; publish them and all that speak of the same things.

    Runs inside the import's transaction.
    """
    pack = current_pack()
    touched: set[str] = set()

    def prepare(figure: Figure, row: Parsed) -> None:
        # What it speaks of is its key: a restated figure stays with those it was with.
        figure.subject = rules.subject(in_common_terms(row.statement.kind, row.key, row.values, pack))
        touched.add(figure.subject)

    take_up(Figure, "figure", rows, actor=actor, prepare=prepare, fields=("subject",))
    _publish_subjects(touched, actor=actor)


def publish_all(*, actor: Actor, cause: Entry | None = None) -> None:
    """Sort all figures by the words of the pack in force, and publish them; what would say nothing new is not."""
    pack = current_pack()
    for chunk in chunks(list(Figure.objects.order_by("pk").values_list("pk", flat=True))):
        moved = []
        for figure in Figure.objects.filter(pk__in=chunk).select_related("statement"):
            subject = rules.subject(read_figure(figure, pack).said)
            if figure.subject != subject:
                figure.subject = subject
                moved.append(figure)
        Figure.objects.bulk_update(moved, ["subject"], batch_size=CHUNK)
    _publish_subjects(Figure.objects.values_list("subject", flat=True).distinct(), actor=actor, cause=cause)


def _publish_subjects(subjects: Iterable[str], *, actor: Actor, cause: Entry | None = None) -> None:
    pack = current_pack()
    for chunk in chunks(sorted(subjects)):
        groups: dict[str, list[ReadFigure]] = defaultdict(list)
        figures = list(Figure.objects.filter(subject__in=chunk).select_related("statement").order_by("pk"))
        taken_out = withheld("figure", [figure.pk for figure in figures])
        for figure in figures:
            if figure.pk in taken_out:
                continue
            groups[figure.subject].append(read_figure(figure, pack))
        said = {key: payload for group in groups.values() for key, payload in figure_payloads(group, pack).items()}
        publish("figure", [ToPublish(key, payload) for key, payload in said.items()], actor=actor, cause=cause)
