"""Bars one below another, for a phone: a Vega-Lite specification with every word wrapped and everything in its place.

Vega-Lite would put labels beside the bars and cut them, or shrink the bars to nothing; on a phone a label of 80 letters
needs the whole width. So the lines are laid out here, in pixels, and only lengths of bars are left to a scale. Data stand in
the specification itself, and no text in it is ever read as anything but text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from handlers.polls.text_width import width, wrapped

Spec = dict[str, Any]
Shade = Literal["now", "before", "few"]

WIDTH, MARGIN = 1080, 40
_INNER = WIDTH - 2 * MARGIN
_TALL = 1500
"""Higher pictures are drawn smaller: chats shrink what is much higher than wide, and then nothing can be read."""
_FONT = "Be Vietnam Pro, Arial, Helvetica, sans-serif"
_INK, _QUIET = "#111111", "#3d3d3d"
# Okabe and Ito's blue, and a grey far from it in lightness: told apart by everybody, and in black and white.
_FILLS: dict[Shade, str] = {"now": "#0072b2", "before": "#9aa3ab", "few": "#ffffff"}
_EDGES: dict[Shade, str] = {"now": "#0072b2", "before": "#9aa3ab", "few": "#3d3d3d"}


@dataclass(frozen=True, slots=True)
class Bar:
    """`share` of 1 is a whole bar. `words` stand at its end, `name` before it."""

    share: float
    words: str
    name: str = ""
    shade: Shade = "now"


@dataclass(frozen=True, slots=True)
class Group:
    heading: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Letters, in pixels of a picture 1080 wide; a phone shows about a third of them."""

    title: int
    under: int
    label: int
    value: int
    note: int


LARGE = Sizes(title=54, under=38, label=44, value=42, note=34)
SMALL = Sizes(title=46, under=34, label=36, value=34, note=30)


def drawn(title: str, under: Sequence[str], groups: Sequence[Group], notes: Sequence[str]) -> Spec:
    """A picture: the title, lines under it, bars, and sentences below them."""
    large = _Page(LARGE)
    large.fill(groups, notes)
    if large.y <= _TALL:
        return large.spec(title, under)
    small = _Page(SMALL)
    small.fill(groups, notes)
    return small.spec(title, under)


@dataclass(slots=True)
class _Page:
    """Where everything stands. `y`: how far down it is filled."""

    sizes: Sizes
    y: float = 0
    bars: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    span: tuple[float, float] = (0, _INNER)

    def fill(self, groups: Sequence[Group], notes: Sequence[str]) -> None:
        bars = [bar for group in groups for bar in group.bars]
        label, value = self.sizes.label, self.sizes.value
        names = min(max((width(bar.name, label) for bar in bars), default=0), 0.4 * _INNER)
        left = names + 16 if names else 0
        # Room for the longest words behind the longest bar, whichever they are.
        length = min(((_INNER - left - 24 - width(bar.words, value)) / max(bar.share, 0.25) for bar in bars), default=0)
        self.span = (left + 4, left + 4 + min(length, _INNER - left))  # the edge of a bar must not widen the picture
        for group in groups:
            if group.heading:
                self._text(group.heading, label, _INNER, weight="bold" if len(group.bars) > 1 else "normal")
                self.y += 6
            for bar in group.bars:
                self._bar(bar, names, heading=group.heading)
            self.y += 0.5 * label
        for number, note in enumerate(notes):
            self.y += 20 if number == 0 and groups else 12 if number else 0
            plain = bool(groups)
            self._text(note, self.sizes.note if plain else label, _INNER, colour=_QUIET if plain else _INK)
            self.said.append(note)

    def _bar(self, bar: Bar, names: float, *, heading: str) -> None:
        size = self.sizes.value
        lines = wrapped(bar.name, self.sizes.label, names) if bar.name else [""]
        height = max(1.15 * size, 1.3 * self.sizes.label * (len(lines) if bar.name else 0))
        thick = 1.05 * size
        middle = self.y + height / 2
        if bar.name:
            begin = middle - 0.65 * self.sizes.label * len(lines)
            for number, line in enumerate(lines):
                self._line(line, self.sizes.label, begin + 1.3 * self.sizes.label * (number + 0.5))
        self.bars.append(
            {
                "label": heading,
                "name": bar.name,
                "share": bar.share,
                "words": bar.words,
                "shade": bar.shade,
                "top": round(middle - thick / 2, 1),
                "bottom": round(middle + thick / 2, 1),
                "middle": round(middle, 1),
            }
        )
        self.said.append(": ".join(part for part in (heading, bar.name, bar.words) if part))
        self.y += height + 0.22 * size

    def _text(self, text: str, size: int, room: float, *, weight: str = "normal", colour: str = _INK) -> None:
        for line in wrapped(text, size, room):
            self._line(line, size, self.y + 0.65 * size, weight=weight, colour=colour)
            self.y += 1.3 * size

    def _line(self, line: str, size: int, middle: float, *, weight: str = "normal", colour: str = _INK) -> None:
        self.texts.append({"text": line, "size": size, "middle": round(middle, 1), "weight": weight, "colour": colour})

    def spec(self, title: str, under: Sequence[str]) -> Spec:
        sizes = self.sizes
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "description": "\n".join([title, *under, *self.said]),
            "width": _INNER,
            "height": round(self.y),
            "padding": MARGIN,
            "background": "#ffffff",
            "title": {
                "text": wrapped(title, sizes.title, _INNER),
                "subtitle": [line for text in under for line in wrapped(text, sizes.under, _INNER)],
                "anchor": "start", "frame": "group", "offset": 30, "color": _INK, "fontSize": sizes.title,
                "fontWeight": "bold", "lineHeight": round(1.25 * sizes.title), "subtitleFontSize": sizes.under,
                "subtitleColor": _QUIET, "subtitleLineHeight": round(1.3 * sizes.under), "subtitlePadding": 26,
            },
            "config": {
                "font": _FONT, "view": {"stroke": None}, "text": {"baseline": "middle", "align": "left", "color": _INK},
            },
            "layer": [*self._bar_layers(), *self._text_layers()],
        }  # fmt: skip

    def _bar_layers(self) -> list[Spec]:
        if not self.bars:
            return []
        scale = {"domain": [0, 1], "range": [round(at, 1) for at in self.span], "zero": True}
        place = {"type": "quantitative", "scale": None, "axis": None}
        shades = list(_FILLS)
        colour = {"field": "shade", "type": "nominal", "legend": None}
        end = {"field": "share", "type": "quantitative", "scale": scale, "axis": None}
        return [
            {
                "data": {"values": self.bars},
                "layer": [
                    {
                        "mark": {"type": "rect", "strokeWidth": 3},
                        "encoding": {
                            "x": end,
                            "x2": {"datum": 0},
                            "y": {"field": "top", **place},
                            "y2": {"field": "bottom"},
                            "fill": {**colour, "scale": {"domain": shades, "range": list(_FILLS.values())}},
                            "stroke": {**colour, "scale": {"domain": shades, "range": list(_EDGES.values())}},
                        },
                    },
                    {
                        "mark": {
                            "type": "text",
                            "dx": 16,
                            "fontSize": self.sizes.value,
                            "fontWeight": "bold",
                            "color": _INK,
                        },
                        "encoding": {
                            "x": end,
                            "y": {"field": "middle", **place},
                            "text": {"field": "words", "type": "nominal"},
                        },
                    },
                ],
            }
        ]

    def _text_layers(self) -> list[Spec]:
        kinds = dict.fromkeys((line["size"], line["weight"], line["colour"]) for line in self.texts)
        return [
            {
                "data": {
                    "values": [
                        {"text": line["text"], "middle": line["middle"]}
                        for line in self.texts
                        if (line["size"], line["weight"], line["colour"]) == (size, weight, colour)
                    ]
                },
                "mark": {"type": "text", "fontSize": size, "fontWeight": weight, "color": colour},
                "encoding": {
                    "x": {"value": 0},
                    "y": {"field": "middle", "type": "quantitative", "scale": None, "axis": None},
                    "text": {"field": "text", "type": "nominal"},
                },
            }
            for size, weight, colour in kinds
        ]
