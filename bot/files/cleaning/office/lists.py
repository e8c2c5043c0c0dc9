"""Copying from a list: elements and attributes that are on it, with values that say no more than a format must."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lxml import etree

from bot.files.cleaning.office.package import local, quoted
from bot.files.cleaning.office.values import plain

Own = Mapping[str, Callable[[etree._Element], str]]
"""Elements that are written in a way of their own."""


def listed(lines: str) -> dict[str, frozenset[str]]:
    """A list as it is written down: elements, each with its attributes in brackets: `a b(x y) c`."""
    words = re.findall(r"(\w+)(?:\(([^)]*)\))?", lines)
    return {name: frozenset(inside.split()) for name, inside in words}


def copied(element: etree._Element, kept: Mapping[str, frozenset[str]], own: Own, prefix: str = "") -> str:
    """An element with what of it is on the list; "" when it is not on it itself."""
    name = local(element)
    if name in own:
        return own[name](element)
    if name not in kept:
        return ""
    inner = "".join(copied(one, kept, own, prefix) for one in element)
    tag = f"{prefix}{name}{attributes(element, kept[name], prefix)}"
    return f"<{tag}>{inner}</{prefix}{name}>" if inner else f"<{tag}/>"


def attributes(element: etree._Element, kept: frozenset[str], prefix: str = "") -> str:
    written = ""
    for key, value in element.attrib.items():
        name = str(key).rpartition("}")[2]
        if name in kept and (safe := plain(str(value))) is not None:
            written += f' {prefix}{name}="{quoted(safe)}"'
    return written
