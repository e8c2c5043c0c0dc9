"""What a Word document looks like: its styles and its numbered lists, as far as its words use them.

Names are given anew: a style's name, which may be somebody's, is never shown; those that Word itself knows keep theirs,
since it tells headings and tables by them. Numbers of lists are given anew, too: Word draws the old ones by lot.
"""

from __future__ import annotations

import re

from lxml import etree

from bot.files.cleaning.letters import seen
from bot.files.cleaning.office.lists import Own, copied, listed
from bot.files.cleaning.office.package import attribute, below, child, local, quoted
from bot.files.cleaning.office.values import font, whole

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

_ON = "val"
_LINE = "val sz space color"
PROPERTIES = listed(
    f"""
    rPr pPr tblPr tblGrid trPr tcPr numPr pBdr tabs tblBorders tblCellMar tcBorders tcMar b({_ON}) bCs({_ON}) i({_ON})
    iCs({_ON}) caps({_ON}) smallCaps({_ON}) strike({_ON}) dstrike({_ON}) outline({_ON}) shadow({_ON}) emboss({_ON})
    imprint({_ON}) rtl({_ON}) cs({_ON}) color(val) spacing(val before beforeLines beforeAutospacing after afterLines
    afterAutospacing line lineRule) w(val) kern(val) position(val) sz(val) szCs(val) highlight(val) u(val color)
    bdr({_LINE}) shd(val color fill) vertAlign(val) em(val) keepNext({_ON}) keepLines({_ON}) pageBreakBefore({_ON})
    widowControl({_ON}) suppressAutoHyphens({_ON}) contextualSpacing({_ON}) mirrorIndents({_ON}) jc(val) textAlignment(val)
    outlineLvl(val) ind(left right start end hanging firstLine leftChars rightChars hangingChars firstLineChars) tab(val
    leader pos) ilvl(val) top({_LINE} w type) left({_LINE} w type) start({_LINE} w type) bottom({_LINE} w type)
    right({_LINE} w type) end({_LINE} w type) between({_LINE}) bar({_LINE}) insideH({_LINE}) insideV({_LINE}) tl2br({_LINE})
    tr2bl({_LINE}) bidiVisual({_ON}) tblW(w type) tblCellSpacing(w type) tblInd(w type) tblLayout(type) tblLook(val firstRow
    lastRow firstColumn lastColumn noHBand noVBand) tblStyleRowBandSize(val) tblStyleColBandSize(val) gridCol(w)
    cantSplit({_ON}) trHeight(val hRule) tblHeader({_ON}) gridBefore(val) gridAfter(val) wBefore(w type) wAfter(w type)
    tcW(w type) gridSpan(val) vMerge(val) hMerge(val) noWrap({_ON}) textDirection(val) tcFitText({_ON}) vAlign(val) sectPr
    type(val) pgSz(w h orient) pgMar(top right bottom left header footer gutter) cols(num space equalWidth) col(w space)
    titlePg({_ON}) pgNumType(fmt start) docGrid(type linePitch charSpace)
"""
)
"""What stays of formats (ECMA-376 part 1, 17.3 to 17.6), each with its attributes. Languages, revisions and ids are not
here."""

_NAMES = """
    Normal, Title, Subtitle, Strong, Emphasis, Quote, Intense Quote, List Paragraph, No Spacing, Table Grid, Normal Table,
    Table Normal, Default Paragraph Font, No List, header, footer, page number, caption, footnote text, footnote reference,
    endnote text, endnote reference, Hyperlink, Body Text, Body Text 2, Body Text Indent, List, List Bullet, List Number,
    Normal (Web), Plain Text, Balloon Text
"""
_LEVELS = [f"{what} {level}" for what in ("heading", "toc") for level in range(1, 10)]
_BUILT_IN = {name.casefold(): name for name in [*" ".join(_NAMES.split()).split(", "), *_LEVELS]}
_TYPES = ("paragraph", "character", "table", "numbering")
_STYLE = listed("tblStylePr(type) qFormat uiPriority(val)") | PROPERTIES


class Fonts:
    """The theme's fonts, by whose names formats call them."""

    def __init__(self, theme: etree._Element | None) -> None:
        scheme = child(theme, "themeElements", "fontScheme")
        self._of = {}
        for kind in ("major", "minor"):
            latin = child(scheme, f"{kind}Font", "latin")
            self._of[kind] = attribute(latin, "typeface") if latin is not None else ""

    def written(self, element: etree._Element) -> str:
        """An `rFonts`."""
        said = ""
        for where in ("ascii", "hAnsi", "eastAsia", "cs"):
            theme = attribute(element, f"{where}Theme" if where != "cs" else "cstheme")
            name = font(self._of.get(theme[:5], "")) if theme else font(attribute(element, where))
            said += f' w:{where}="{name}"' if name else ""
        return f"<w:rFonts{said}/>" if said else ""


class Styles:
    def __init__(self, root: etree._Element | None, fonts: Fonts) -> None:
        styles = [one for one in root if local(one) == "style"] if root is not None else []
        self._of = {attribute(one, "styleId"): one for one in styles}
        self._defaults = child(root, "docDefaults")
        self._names: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self.fonts = fonts
        self.numbers: Numbers | None = None
        for key, style in self._of.items():
            if attribute(style, "default") in ("1", "true", "on"):
                self.use(key)

    def own(self, more: Own) -> Own:
        """What in formats is not merely copied."""
        points = dict.fromkeys(("pStyle", "rStyle", "tblStyle", "basedOn"), self._pointer)
        return {"rFonts": self.fonts.written, **points, **more}

    def _pointer(self, element: etree._Element) -> str:
        name = self.use(attribute(element, "val"))
        return f'<w:{local(element)} w:val="{name}"/>' if name else ""

    def use(self, key: str) -> str:
        """The name a style has in the new file; "" where there is no such style."""
        style = self._of.get(key)
        if style is None:
            return ""
        if key not in self._names:
            known = _BUILT_IN.get(_name(style).casefold())
            name = known.title().replace(" ", "") if known else f"S{len(self._names) + 1}"
            self._names[key] = name if name not in self._names.values() else f"S{len(self._names) + 1}"
            self._own[key] = known or self._names[key]
        return self._names[key]

    def hides(self, run: etree._Element | None, paragraph: str) -> bool:
        """Whether letters of this format are not shown (w:vanish): by themselves, by their style, or by their
        paragraph's."""
        said = _vanishes(run)
        chain = [attribute(one, "val") for one in (child(run, "rStyle"),) if one is not None] + [paragraph]
        for key in chain:
            for _ in range(20):
                if said is not None or (style := self._of.get(key)) is None:
                    break
                said = _vanishes(child(style, "rPr"))
                based = child(style, "basedOn")
                key = attribute(based, "val") if based is not None else ""
        return bool(said)

    def written(self) -> str:
        own = self.own({"numPr": self.numbers.pointer} if self.numbers is not None else {})
        done: dict[str, str] = {}
        while left := [key for key in self._names if key not in done]:  # writing one may bring in what it is based on
            done |= {key: self._style(key, own) for key in left}
        # `rPrDefault` holds an `rPr`, and that is all.
        defaults = "".join(
            f"<w:{local(one)}>{''.join(copied(inner, PROPERTIES, own, 'w:') for inner in one)}</w:{local(one)}>"
            for one in (self._defaults if self._defaults is not None else ())
            if local(one) in ("rPrDefault", "pPrDefault")
        )
        return f'<w:styles xmlns:w="{W}"><w:docDefaults>{defaults}</w:docDefaults>{"".join(done.values())}</w:styles>'

    def _style(self, key: str, own: Own) -> str:
        style = self._of[key]
        kind = attribute(style, "type")
        default = ' w:default="1"' if attribute(style, "default") in ("1", "true", "on") else ""
        inner = "".join(copied(one, _STYLE, own, "w:") for one in style)
        head = f'w:type="{kind if kind in _TYPES else "paragraph"}"{default} w:styleId="{self._names[key]}"'
        return f'<w:style {head}><w:name w:val="{self._own[key]}"/>{inner}</w:style>'


def _name(style: etree._Element) -> str:
    name = child(style, "name")
    return attribute(name, "val") if name is not None else ""


def _vanishes(properties: etree._Element | None) -> bool | None:
    for one in properties if properties is not None else ():
        if local(one) in ("vanish", "specVanish"):
            return attribute(one, "val") not in ("0", "false", "off")
    return None


class Numbers:
    """Lists, as far as paragraphs and styles use them."""

    _LEVEL = listed("start(val) numFmt(val) suff(val) lvlJc(val) isLgl(val) lvlRestart(val)") | PROPERTIES

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._lists = {attribute(one, "numId"): one for one in below(root, "num")} if root is not None else {}
        self._forms = (
            {attribute(one, "abstractNumId"): one for one in below(root, "abstractNum")} if root is not None else {}
        )
        self._styles = styles
        self._used: dict[str, set[str]] = {}
        styles.numbers = self

    def pointer(self, element: etree._Element) -> str:
        """A `numPr`: which list, and at which level of it."""
        said = {local(one): attribute(one, "val") for one in element}
        key, level = said.get("numId", ""), said.get("ilvl", "0")
        if key == "0":
            return '<w:numPr><w:numId w:val="0"/></w:numPr>'  # none, where its style has one
        if key not in self._lists or whole(level, 8) is None:
            return ""
        self._used.setdefault(key, set()).add(level)
        number = list(self._used).index(key) + 1
        return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'

    def __bool__(self) -> bool:
        return bool(self._used)

    def written(self) -> str:
        forms, lists = "", ""
        for number, (key, levels) in enumerate(self._used.items(), 1):
            at = child(self._lists[key], "abstractNumId")
            form = self._forms.get(attribute(at, "val")) if at is not None else None
            inner = "".join(self._level(one, levels) for one in (form if form is not None else ()) if local(one) == "lvl")
            forms += (
                f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>{inner}</w:abstractNum>'
            )
            begins = "".join(self._begin(one) for one in self._lists[key] if local(one) == "lvlOverride")
            lists += f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>{begins}</w:num>'
        return f'<w:numbering xmlns:w="{W}">{forms}{lists}</w:numbering>'

    def _level(self, element: etree._Element, used: set[str]) -> str:
        level = attribute(element, "ilvl")
        if whole(level, 8) is None:
            return ""
        # No pointers to styles: those are written by now. A style says itself at which level of which list it stands.
        own: Own = {"rFonts": self._styles.fonts.written, "lvlText": lambda one: self._text(one, level in used)}
        inner = "".join(copied(one, self._LEVEL, own, "w:") for one in element)
        return f'<w:lvl w:ilvl="{level}">{inner}</w:lvl>'

    def _text(self, element: etree._Element, used: bool) -> str:
        """What stands before a paragraph; at a level that none has, only its digits."""
        text = seen(attribute(element, "val"))
        text = text if used else "".join(re.findall(r"%\d", text))
        return f'<w:lvlText w:val="{quoted(text)}"/>'

    def _begin(self, element: etree._Element) -> str:
        level, begins = attribute(element, "ilvl"), child(element, "startOverride")
        at = attribute(begins, "val") if begins is not None else ""
        if whole(level, 8) is None or whole(at) is None:
            return ""
        return f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{at}"/></w:lvlOverride>'
