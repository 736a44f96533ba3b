"""The names files came with, made safe to store, to show and to save a file under. Pure."""

from __future__ import annotations

import unicodedata

from alunite.foundation.files.media_types import MEDIA_TYPES

LONGEST_NAME = 150
MOST_BYTES = 200
UNNAMED = "file"
# Letters that part folders or mean something to a shell of some system.
_TAKEN = frozenset('<>:"|?*')
# What old systems take for a device, whatever ending follows.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{digit}" for name in ("com", "lpt") for digit in "0123456789")}
)
# Of no letter: controls, marks that turn the direction of writing or have no width, halves of letters, private and
# unassigned ones.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def safe_name(given: str, media_type: str) -> str:
    r"""Return a name for a file of this type: without folders, unseen letters or an ending of another type.

    An ending the type does not have stays, and the type's own comes after it: what a browser or a desk opens the file
    with goes by the last one.

    >>> safe_name("C:\\Reports\\Waste register 2026.PDF", "application/pdf")
    'Waste register 2026.PDF'
    >>> safe_name("../../start.html", "text/plain"), safe_name("\u202efdp.exe", "application/pdf")
    ('start.html.txt', 'fdp.exe.pdf')
    >>> safe_name("CON", "image/png"), safe_name("...", "image/png")
    ('_CON.png', 'file.png')
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    seen = "".join(_kept(letter) for letter in last)
    name = " ".join(unicodedata.normalize("NFC", seen).split()).rstrip(" .")
    endings = MEDIA_TYPES[media_type].endings
    ending = next((name[-len(one) :] for one in endings if name.casefold().endswith(one)), "")
    stem = name[: len(name) - len(ending)].strip(" .")
    ending = ending or endings[0]
    if stem.partition(".")[0].rstrip().casefold() in _DEVICES:
        stem = f"_{stem}"
    return f"{_cut(stem, ending)}{ending}"


def _kept(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter in _TAKEN or unicodedata.category(letter) in _UNSEEN:
        return ""
    return letter


def _cut(stem: str, ending: str) -> str:
    """Return the stem so short that the whole name fits where names are counted in letters, or in bytes of UTF-8."""
    short = stem[: LONGEST_NAME - len(ending)].encode()[: MOST_BYTES - len(ending)].decode(errors="ignore")
    return short.strip(" .") or UNNAMED
