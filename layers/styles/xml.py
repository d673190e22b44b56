"""Elements of XML whose text is always text: nothing of it can be taken for markup."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent: Element, tag: str, text: str | None = None, **attributes: object) -> Element:
    """A new element in another; what XML cannot hold is left out of its words."""
    said = {name.rstrip("_"): clean(str(value)) for name, value in attributes.items()}
    child = SubElement(parent, tag, said)
    if text is not None:
        child.text = clean(text)
    return child


def clean(text: str) -> str:
    """Text without the characters that XML has no way to write."""
    return _NOT_XML.sub("", text)


def to_bytes(root: Element, doctype: str = "") -> bytes:
    """A document, indented so that people can read it."""
    indent(root)
    start = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return (start + doctype + tostring(root, encoding="unicode") + "\n").encode()
