"""What a value may be. An attribute on the list is no hiding place for a name: its value is a number, a colour, or one of
the words that the standard has for it."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"-?\d{1,9}(\.\d{1,17})?(%|pt|cm|mm|in|pc|pi)?|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}|[0-9A-F]{4}")

_WORDS_OF_FORMATS = """
    0 1 true false on off auto none nil single double thick dotted dashed triple wave words dash dotDash dotDotDash
    dottedHeavy dashedHeavy dashLong dashLongHeavy dashDotHeavy dashDotDotHeavy wavyHeavy wavyDouble dashSmallGap
    dashDotStroked thinThickSmallGap thickThinSmallGap thinThickThinSmallGap thinThickMediumGap thickThinMediumGap
    thinThickThinMediumGap thinThickLargeGap thickThinLargeGap thinThickThinLargeGap doubleWave threeDEmboss threeDEngrave
    outset inset left right center both start end distribute thaiDistribute lowKashida mediumKashida highKashida numTab
    black blue cyan green magenta red yellow white darkBlue darkCyan darkGreen darkMagenta darkRed darkYellow darkGray
    lightGray clear solid horzStripe vertStripe reverseDiagStripe diagStripe horzCross diagCross thinHorzStripe
    thinVertStripe thinReverseDiagStripe thinDiagStripe thinHorzCross thinDiagCross bar decimal num dot hyphen underscore
    heavy middleDot exact atLeast superscript subscript baseline dxa pct fixed autofit restart continue lr tb btLr tbRl lrTb
    lrTbV tbRlV tbLrV top bottom nextPage evenPage oddPage continuous nextColumn default even first portrait landscape
    upperRoman lowerRoman upperLetter lowerLetter ordinal cardinalText ordinalText bullet decimalZero tab space nothing
    singleLevel multilevel hybridMultilevel paragraph character table numbering comma circle underDot lines linesAndChars
    snapToChars wholeTable firstRow lastRow firstCol lastCol band1Vert band2Vert band1Horz band2Horz neCell nwCell seCell
    swCell page column textWrapping all begin separate
    general fill justify centerContinuous distributed hair medium thin mediumDashed mediumDashDot mediumDashDotDot dashDot
    dashDotDot slantDashDot singleAccounting doubleAccounting gray125 gray0625 darkHorizontal darkVertical darkDown darkUp
    darkGrid darkTrellis lightHorizontal lightVertical lightDown lightUp lightGrid lightTrellis mediumGray linear path
    frozen frozenSplit split topRight bottomLeft bottomRight topLeft overThenDown downThenOver
"""
_WORDS = {*_WORDS_OF_FORMATS.split()} | {
    f"pct{part}" for part in (5, 10, 12, 15, 20, 25, 30, 35, 37, 40, 45, 50, 55, 60, 62, 65, 70, 75, 80, 85, 87, 90, 95)
}

_FONTS = """
    Aptos, Aptos Display, Aptos Narrow, Arial, Arial Black, Arial Narrow, Arial Unicode MS, Bahnschrift, Be Vietnam Pro,
    Bookman Old Style, Calibri, Calibri Light, Cambria, Cambria Math, Candara, Carlito, Century, Century Gothic,
    Comic Sans MS, Consolas, Constantia, Corbel, Courier, Courier New, DejaVu Sans, DejaVu Sans Mono, DejaVu Serif,
    Droid Sans, Garamond, Georgia, Helvetica, Impact, Inter, Lato, Liberation Mono, Liberation Sans, Liberation Serif,
    Lucida Console, Lucida Sans Unicode, Microsoft Sans Serif, Montserrat, MS Gothic, MS Mincho, Noto Sans, Noto Serif,
    Open Sans, Palatino Linotype, Roboto, Roboto Condensed, Segoe UI, Segoe UI Symbol, SimSun, Symbol, Tahoma, Times,
    Times New Roman, Tinos, Trebuchet MS, Verdana, Webdings, Wingdings, Wingdings 2, Wingdings 3,
    .VnArial, .VnArialH, .VnArial Narrow, .VnAristote, .VnAristoteH, .VnAvant, .VnAvantH, .VnBook-Antiqua,
    .VnCentury Schoolbook, .VnCentury SchoolbookH, .VnClarendon, .VnCourier, .VnCourier New, .VnHelvetIns, .VnHelvetInsH,
    .VnMonotype corsiva, .VnPark, .VnSouthern, .VnTime, .VnTimeH, .VnTimes New Roman, .VnUniverse, .VnUniverseH,
    VNI-Times, VNI-Helve, VNI-Helve-Condense, VNI-Avo, VNI-Centur, VNI-Couri, VNI-Aptima, VNI-Bodon, VNI-Book, VNI-Univer,
    VNI-Vari, VNI-Present, VNI-Zap, VnTimes, VnArial
"""
_KNOWN_FONTS = {name.casefold(): name for name in " ".join(_FONTS.split()).split(", ")}
"""Fonts that many machines have. One of its own would point to a machine. With TCVN3 and VNI (.Vn…, VNI-…) the font is what
makes letters of a text, so these must stay."""


def plain(value: str) -> str | None:
    """The value if it says no more than a format must."""
    return value if _PLAIN.fullmatch(value) or value in _WORDS else None


def font(name: str) -> str | None:
    return _KNOWN_FONTS.get(name.strip().casefold())


def whole(value: str, most: int = 2**31 - 1) -> int | None:
    """A whole number that is not negative."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 and int(value) <= most else None
