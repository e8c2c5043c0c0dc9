"""Text with markup to plain text and entities, with Telegram's own complaints.

Source: core.telegram.org/bots/api, "Formatting options", and the sentences of TDLib's parsers. Offsets of
entities are in UTF-16 code units, offsets in complaints are in bytes of UTF-8.
"""

from __future__ import annotations

import re
from typing import Any

from tests.emulators.telegram_rules import Params, Refusal, bad, nested, utf16

Entities = list[dict[str, Any]]

TAGS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
    **{
        "a": "text_link",
        "code": "code",
        "pre": "pre",
        "blockquote": "blockquote",
        "tg-emoji": "custom_emoji",
    },
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));?")
_NAME = re.compile(r"<([^\s>/]*)")
_ATTRIBUTE = re.compile(r"""\s+([^\s=>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[\w.-]+))?""")
_END = re.compile(r"</([^\s>]*)\s*>")
MARKS = {
    "__": "underline",
    "||": "spoiler",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
    "[": "text_link",
}
RESERVED = "_*[]()~`>#+-=|{}.!"


def words(params: Params, limit: int, name: str = "text") -> tuple[str, list[dict[str, Any]]]:
    """The text and its entities as the reader sees them. A caption may be empty; a text may not."""
    text, mode = params.get(name) or "", params.get("parse_mode")
    if not text:
        if name == "text":
            raise bad("message text is empty")
        return "", []
    text, entities = str(text), nested(params, "entities", "can't parse entities JSON object") or []
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    if mode:
        text, entities = parse(text, str(mode))
    else:
        text = text.strip()  # the real service trims, so an edit by a space is no edit
    if not text.strip() and name == "text":
        raise bad("text must be non-empty")
    if len(text) > limit // 2 and utf16(text) > limit:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    return text, entities


def parse(text: str, mode: str) -> tuple[str, Entities]:
    """What the reader sees of `text`, and its entities."""
    parser = {"html": _html, "markdown": _markdown, "markdownv2": _markdown_v2}.get(mode.lower())
    if parser is None:
        raise bad("unsupported parse_mode")
    return parser(text)


def _refuse(sentence: str) -> Refusal:
    return bad(f"can't parse entities: {sentence}")


class _Out:
    """Plain text so far, and the entities open and closed in it."""

    def __init__(self) -> None:
        self.text = ""
        self.entities: Entities = []
        self.stack: list[tuple[str, str, int, int, dict[str, Any]]] = []

    def open(self, mark: str, kind: str, at: int, **extra: Any) -> None:
        self.stack.append((mark, kind, at, utf16(self.text), extra))

    def close(self, **extra: Any) -> None:
        _, kind, _, start, known = self.stack.pop()
        if length := utf16(self.text) - start:
            self.entities.append({"type": kind, "offset": start, "length": length, **known, **extra})

    def result(self) -> tuple[str, Entities]:
        return self.text, sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _html(text: str) -> tuple[str, Entities]:
    out, i = _Out(), 0
    while i < len(text):
        at = len(text[:i].encode())
        if text.startswith("</", i):
            if not out.stack:
                raise _refuse(f"Unexpected end tag at byte offset {at}")
            end, wanted = _END.match(text, i), out.stack[-1][0]
            if end is None:
                raise _refuse(f"Unclosed end tag at byte offset {at}")
            found = end[1].lower()
            if found not in ("", wanted):
                raise _refuse(f'Unmatched end tag at byte offset {at}, expected "</{wanted}>", found "</{found}>"')
            out.close()
            i = end.end()
        elif text[i] == "<":
            i = _start_tag(text, i, at, out)
        elif character := _CHARACTER.match(text, i):
            name, decimal, hexadecimal = character.groups()
            out.text += NAMED[name] if name else chr(int(decimal) if decimal else int(hexadecimal, 16))
            i = character.end()
        else:
            out.text += text[i]
            i += 1
    if out.stack:
        raise _refuse(f'Can\'t find end tag corresponding to start tag "{out.stack[-1][0]}"')
    return out.result()


def _start_tag(text: str, i: int, at: int, out: _Out) -> int:
    found = _NAME.match(text, i)
    assert found is not None
    name, i, attributes = found[1].lower(), found.end(), {}
    if i >= len(text):
        raise _refuse(f"Unclosed start tag at byte offset {at}")
    if name not in TAGS:
        raise _refuse(f'Unsupported start tag "{name}" at byte offset {at}')
    while attribute := _ATTRIBUTE.match(text, i):
        attributes[attribute[1].lower()] = (attribute[2] or "").strip("\"'")
        i = attribute.end()
    end = re.compile(r"\s*>").match(text, i)
    if end is None:
        raise _refuse(f'Unclosed start tag "{name}" at byte offset {at}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    extra = {"url": attributes.get("href", "")} if name == "a" else {}
    if name == "tg-emoji":
        extra = {"custom_emoji_id": attributes.get("emoji-id", "")}
    out.open(name, TAGS[name], at, **extra)
    return end.end()


def _markdown(text: str) -> tuple[str, Entities]:
    """The old "Markdown": no nesting; a mark without its end is refused."""
    out, i = _Out(), 0
    while i < len(text):
        at = len(text[:i].encode())
        if text[i] == "\\" and text[i + 1 : i + 2] in set("_*`["):
            out.text += text[i + 1]
            i += 2
            continue
        mark = "```" if text.startswith("```", i) else text[i] if text[i] in "_*`[" else ""
        if not mark:
            out.text += text[i]
            i += 1
            continue
        kind = {"_": "italic", "*": "bold", "`": "code", "```": "pre", "[": "text_link"}[mark]
        end = text.find("]" if mark == "[" else mark, i + len(mark))
        if end < 0:
            raise _refuse(f"Can't find end of the entity starting at byte offset {at}")
        out.open(mark, kind, at)
        out.text += text[i + len(mark) : end]
        link = re.compile(r"\]\(([^)]*)\)").match(text, end) if mark == "[" else None
        if mark == "[" and link is None:
            out.stack.pop()
        else:
            out.close(**({"url": link[1]} if link else {}))
        i = link.end() if link else end + len(mark)
    return out.result()


def _markdown_v2(text: str) -> tuple[str, Entities]:
    out, i = _Out(), 0
    while i < len(text):
        at = len(text[:i].encode())
        if text[i] == "\\" and i + 1 < len(text) and ord(text[i + 1]) < 127:
            out.text += text[i + 1]
            i += 2
        elif text[i] == "`":
            mark, kind = ("```", "Pre") if text.startswith("```", i) else ("`", "Code")
            end = text.find(mark, i + len(mark))
            if end < 0:
                raise _refuse(f"Can't find end of {kind} entity at byte offset {at}")
            out.open(mark, kind.lower(), at)
            out.text += text[i + len(mark) : end]
            out.close()
            i = end + len(mark)
        elif text[i] == "]" and out.stack and out.stack[-1][0] == "[":
            link = re.compile(r"\]\(((?:\\.|[^)\\])*)\)").match(text, i)
            out.close(**({"url": link[1]} if link else {}))
            i = link.end() if link else i + 1
        elif mark := next((mark for mark in MARKS if text.startswith(mark, i)), ""):
            if out.stack and out.stack[-1][0] == mark:
                out.close()
            else:
                out.open(mark, MARKS[mark], at)
            i += len(mark)
        elif text[i] == ">" and (i == 0 or text[i - 1] == "\n"):
            i += 1
        elif text[i] in RESERVED:
            raise _refuse(f"Character '{text[i]}' is reserved and must be escaped with the preceding '\\'")
        else:
            out.text += text[i]
            i += 1
    if out.stack:
        _, kind, at, _, _ = out.stack[-1]
        name = "TextUrl" if kind == "text_link" else kind.capitalize()
        raise _refuse(f"Can't find end of {name} entity at byte offset {at}")
    return out.result()
