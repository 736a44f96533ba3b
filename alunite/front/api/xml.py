"""XML as it is written here: UTF-8, no character that XML 1.0 has not."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of(value: str) -> str:
    """Return text without what no XML document may hold.

    >>> text_of("a" + chr(8) + "b")
    'ab'
    """
    return _NOT_XML.sub("", value)


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Add an element with its text."""
    element = SubElement(parent, name, {key: text_of(value) for key, value in attributes.items()})
    element.text = text_of(text) or None
    return element


def document(root: Element) -> bytes:
    """Return the whole document."""
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
