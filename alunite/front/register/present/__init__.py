"""From read tables to what a template shows: no query, no rule, only words and order."""

from alunite.front.register.present.linked import linked
from alunite.front.register.present.records import page
from alunite.front.register.present.standards import families, standard
from alunite.front.register.present.words import STATE_WORDS, chain, countries, line, record_url, withdrawal

__all__ = [
    "STATE_WORDS",
    "chain",
    "countries",
    "families",
    "line",
    "linked",
    "page",
    "record_url",
    "standard",
    "withdrawal",
]
