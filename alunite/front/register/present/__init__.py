"""From read tables to what a template shows: no query, no rule, only words and order."""

from alunite.front.register.present.audits import audits, sums
from alunite.front.register.present.changed import CHANGE_WORDS, changed, moves
from alunite.front.register.present.cited import cited
from alunite.front.register.present.facilities import facility
from alunite.front.register.present.figures import figure
from alunite.front.register.present.kept import Kept, kept, title_of
from alunite.front.register.present.linked import linked
from alunite.front.register.present.mapped import geojson, legend, mapped, state_words, words_of_map
from alunite.front.register.present.names import heads, names
from alunite.front.register.present.narrowing import chips, groups, is_a_word, offered, words_of
from alunite.front.register.present.places import Part, PlaceShown, divided, made, overview, states, versions
from alunite.front.register.present.records import Beside, described, page
from alunite.front.register.present.standards import families, standard
from alunite.front.register.present.strips import of_facility, of_firm, of_member
from alunite.front.register.present.words import (
    PLACED_WORDS,
    STATE_WORDS,
    chain,
    countries,
    line,
    record_url,
    withdrawal,
)

__all__ = [
    "CHANGE_WORDS",
    "PLACED_WORDS",
    "STATE_WORDS",
    "Beside",
    "Kept",
    "Part",
    "PlaceShown",
    "audits",
    "chain",
    "changed",
    "chips",
    "cited",
    "countries",
    "described",
    "divided",
    "facility",
    "families",
    "figure",
    "geojson",
    "groups",
    "heads",
    "is_a_word",
    "kept",
    "legend",
    "line",
    "linked",
    "made",
    "mapped",
    "moves",
    "names",
    "of_facility",
    "of_firm",
    "of_member",
    "offered",
    "overview",
    "page",
    "record_url",
    "standard",
    "state_words",
    "states",
    "sums",
    "title_of",
    "versions",
    "withdrawal",
    "words_of",
    "words_of_map",
]
