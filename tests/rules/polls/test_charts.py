"""Pictures of results: what they say, that nothing withheld is in them, and that they can be read on a phone."""

from __future__ import annotations

import io
import json
import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageFont

from bot.files.drawing import Fetches, NotDrawn, render_apart, render_png
from config.i18n import language
from handlers.polls import charts
from handlers.polls.bars import LARGE, SMALL, WIDTH
from handlers.polls.charts import About, picture, pictures
from handlers.polls.text_width import drawable, width, wrapped
from models.anonymity.suppression import Withheld
from models.polls.polls import Question
from models.polls.results import Shown
from models.polls.tally import Table, Tally
from tests import catalogs
from tests.test_house_rules import ROOT

pytestmark = pytest.mark.slow

VI, EN = language("vi"), language("en")
ABOUT = About("Lấy ý kiến quý IV", "Tổ may 1", datetime(2026, 11, 23, 10, tzinfo=UTC), 5, datetime(2026, 8, 24, tzinfo=UTC))


def asked(kind: Any, *options: str, text: str = "Anh/chị thấy bữa ăn ca thế nào?") -> Question:
    return Question(kind, {"vi": text}, [{"vi": option} for option in options])


MEAL = asked("one", "Ngon", "Tạm được", "Chưa được")


def shown(votes: Sequence[int], silent: int = 0, *, of: int = 0, before: Shown | Withheld = Withheld.NO_EARLIER) -> Shown:
    people = of or sum(votes) + silent
    return Shown(people + 3, people, [Table(tuple(votes), silent)], before)


def bars(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [bar for layer in spec["layer"] for bar in layer["data"]["values"] if "share" in bar]


def said(spec: dict[str, Any]) -> list[tuple[str, str]]:
    return [(bar["label"] or bar["name"], bar["words"].replace("\u00a0", " ")) for bar in bars(spec)]


LONG = "Tăng tiền ăn ca lên 25.000 đồng một suất và công khai thực đơn hằng tuần"


@pytest.mark.parametrize(
    ("question", "result", "labels", "words"),
    [
        (MEAL, shown([14, 10, 8]), "Ngon|Tạm được|Chưa được", "44% · 14 người|31% · 10 người|25% · 8 người"),
        (MEAL, shown([12, 3, 0]), "Ngon|Tạm được|Chưa được", "80% · 12 người|khoảng 3 người|không có hoặc rất ít"),
        (
            MEAL,
            shown([1000, 0, 999]),
            "Ngon|Tạm được|Chưa được",
            "50,0% · 1.000 người|không có hoặc rất ít|50,0% · 999 người",
        ),
        (asked("yesno"), shown([30, 10]), "Có|Không", "75% · 30 người|25% · 10 người"),
        (asked("several", LONG, "Nhà trẻ"), shown([5, 15], 4, of=24), f"Nhà trẻ|{LONG}", "75% · 15 người|25% · 5 người"),
        (
            asked("scale"),
            shown([5, 6, 9, 40, 40]),
            "5 (cao nhất)|4|3|2|1 (thấp nhất)",
            "40% · 40 người|40% · 40 người|9% · 9 người|6% · 6 người|5% · 5 người",
        ),
    ],
)
def test_what_a_picture_says(question: Question, result: Shown, labels: str, words: str) -> None:
    expected = list(zip(labels.split("|"), words.split("|"), strict=True))
    spec = picture(VI, [question], 0, result, ABOUT)
    assert said(spec) == expected
    assert " ".join(spec["title"]["text"]) == question.text["vi"]
    for label, said_of_it in expected:
        assert f"{label}: {said_of_it}" in spec["description"].replace("\u00a0", " ")


def test_the_lines_under_the_title() -> None:
    spec = picture(VI, [asked("scale")], 0, shown([5, 5, 5, 45, 40], 7), ABOUT)
    assert spec["title"]["subtitle"] == ["100 người trả lời · Tổ may 1 · 23/11/2026", "Trung bình: 4,1 trên 5"]
    assert "7 người không được hỏi" in picture(VI, [MEAL], 0, shown([9, 9, 9], 7), ABOUT)["description"]


def test_in_english() -> None:
    spec = picture(EN, [asked("yesno")], 0, shown([1500, 500]), ABOUT)
    assert said(spec) == [("Yes", "75.0% · 1,500 people"), ("No", "25.0% · 500 people")]
    assert spec["title"]["subtitle"] == ["2,000 people answered · Tổ may 1 · 23/11/2026"]


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (Withheld.FEW, "chưa đủ 5 người"),
        (Withheld.NOT_YET, "chưa tổng hợp xong"),
        (Shown(9, 8, [Withheld.FEW_ANSWERS], Withheld.NO_EARLIER), "cần từ 10 người"),
    ],
)
def test_what_is_withheld_says_why(result: Shown | Withheld, why: str) -> None:
    (spec,) = pictures(VI, [MEAL], result, ABOUT)
    assert not bars(spec) and why in spec["description"]
    assert Image.open(io.BytesIO(render_png(spec))).size[0] == WIDTH


def test_free_answers_have_no_picture() -> None:
    result = Shown(15, 12, [None, Table((12, 0, 0), 0)], Withheld.NO_EARLIER)
    (spec,) = pictures(VI, [asked("text"), MEAL], result, ABOUT)
    assert said(spec)[0] == ("Ngon", "100% · 12 người")


def test_a_question_that_hardly_anybody_was_asked() -> None:
    spec = picture(VI, [MEAL], 0, shown([0, 0, 0], 30), ABOUT)
    assert not bars(spec) and "rất ít người ở Tổ may 1" in spec["description"]


def test_beside_the_round_before() -> None:
    spec = picture(VI, [MEAL], 0, shown([14, 10, 6], before=shown([15, 5, 0])), ABOUT)
    assert [(bar["label"], bar["name"], bar["shade"]) for bar in bars(spec)][:2] == [
        ("Ngon", "Lần này", "now"),
        ("Ngon", "Lần trước", "before"),
    ]
    assert "Lần trước: 20 người trả lời · 24/08/2026" in spec["title"]["subtitle"]
    assert "nói thẳng hơn" in spec["description"]


@pytest.mark.parametrize(
    ("before", "why"),
    [(Withheld.CHANGED, "Không so với lần trước"), (Shown(9, 8, [Withheld.FEW_ANSWERS], Withheld.NO_EARLIER), "")],
)
def test_not_beside_it(before: Shown | Withheld, why: str) -> None:
    spec = picture(VI, [MEAL], 0, shown([14, 10, 6], before=before), ABOUT)
    assert len(bars(spec)) == 3 and why in spec["description"] and "nói thẳng hơn" not in spec["description"]


# A factory in which the numbers of what is withheld are found nowhere else.
VOTES = {"A": (31, 22), "B": (17, 8), "C": (2, 1), "D": (13, 6)}
PARENTS = {"factory": None, "A": "factory", "B": "factory", "C": "factory", "D": "factory"}


def counted() -> dict[str, Shown | Withheld]:
    tally = Tally([asked("yesno")])
    for unit, votes in VOTES.items():
        for option, count in enumerate(votes):
            for _ in range(count):
                tally.add(unit, [option])
    units = tally.outcome(PARENTS, 5).units
    found: dict[str, Shown | Withheld] = dict.fromkeys(PARENTS, Withheld.FEW)
    for unit, result in units.items():
        tables: list[Table | Withheld | None] = [table or Withheld.FEW_ANSWERS for table in result.tables]
        found[unit] = Shown(99, result.respondents, tables, Withheld.NO_EARLIER)
    return found


def leaks(specs: Sequence[dict[str, Any]], results: dict[str, Shown | Withheld]) -> set[str]:
    """Numbers of withheld cells that are in a picture, as a figure or as the length of a bar."""
    found = set()
    hidden = {unit for unit, one in results.items() if not isinstance(one, Shown) or isinstance(one.tables[0], Withheld)}
    assert hidden == {"C", "D"}
    for spec in specs:
        words = set(re.findall(r"\d+(?:[.,]\d+)?", json.dumps([spec["title"], spec["description"], said(spec)])))
        lengths = {round(bar["share"], 4) for bar in bars(spec)}
        for unit in hidden:
            total = sum(VOTES[unit])
            figures = {str(count) for count in (*VOTES[unit], total) if count > 5}
            shares = {round(count / total, 4) for count in VOTES[unit]}
            found |= {unit} if figures & words or shares & lengths else set()
    return found


@pytest.mark.parametrize("plant", [False, True])
def test_nothing_withheld_is_in_a_picture(plant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    results = counted()
    if plant:  # a picture that is kind enough to say how few they were
        honest = charts.drawn
        monkeypatch.setattr(charts, "drawn", lambda *shown: honest(*shown[:-1], [*shown[-1], "19: 13 + 6"]))
    specs: list[dict[str, Any]] = []
    for unit, one in results.items():
        specs += pictures(VI, [asked("yesno")], one, About("Lấy ý kiến", f"Tổ {unit}", ABOUT.closed, 5))
    assert bool(leaks(specs, results)) is plant


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


TWELVE = asked("several", *[f"{LONG} {number:02}" for number in range(12)], text="Công đoàn cần đề nghị gì trước? " * 15)


@pytest.mark.parametrize(
    ("question", "result"),
    [
        (MEAL, shown([14, 10, 3])),
        (TWELVE, shown([100_000, 99_999, 80_000, 5, 4, 3, 0, 0, 0, 0, 0, 0], of=100_000)),
        (asked("one", "W" * 80, "Ộ" * 80), shown([100_000, 0], before=shown([9000, 8000]))),
        (asked("scale"), shown([9] * 5, before=shown([10] * 5))),
    ],
)
def test_a_picture_for_a_phone(question: Question, result: Shown) -> None:
    spec = picture(VI, [question], 0, result, ABOUT)
    png = render_png(spec)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    drawn = opened(png)
    assert drawn.size[0] == WIDTH, "words beyond the margin make it wider"
    assert len(png) < 400_000
    assert drawn.getpixel((2, 2)) == (255, 255, 255)
    counts = drawn.getcolors(1 << 24) or []
    assert sum(count for count, colour in counts if colour != (255, 255, 255)) > 5000
    assert any(abs(r - 0) < 12 and abs(g - 0x72) < 12 and abs(b - 0xB2) < 12 for _, (r, g, b) in counts), "no bar"


async def test_apart_it_is_the_same() -> None:
    specs = [picture(VI, [MEAL], 0, shown(votes), ABOUT) for votes in ([14, 10, 3], [9, 9, 9])]
    assert await render_apart(specs) == [render_png(spec) for spec in specs]
    with pytest.raises(NotDrawn):
        await render_apart([{"data": {"url": "http://127.0.0.1:9/"}}])


def test_no_letter_is_small() -> None:
    assert min(getattr(sizes, name) for sizes in (LARGE, SMALL) for name in sizes.__slots__) >= 28


def line(text: str) -> Image.Image:
    return opened(render_png(picture(VI, [asked("one", text, "Không")], 0, shown([9, 9]), ABOUT)))


def test_vietnamese_letters_are_drawn() -> None:
    """Each its own way: letters that a font lacks all look like one empty box."""
    letters = ["ệ", "ề", "ê", "ộ", "ợ", "ữ", "ử", "ặ", "ẫ", "đ", "Ế", "Ổ", "Ữ", "Đ", "\u0378"]
    seen = [line(letter if letter != "\u0378" else "\u2713").crop((30, 180, 120, 420)) for letter in letters]
    for first, one in enumerate(seen):
        for other in seen[first + 1 :]:
            assert ImageChops.difference(one, other).getbbox() is not None


def test_a_machine_without_fonts_draws_the_same() -> None:
    spec = picture(VI, [MEAL], 0, shown([14, 10, 3]), ABOUT)
    code = "import bot.files.drawing as d, json, sys; sys.stdout.buffer.write(d.render_png(json.load(sys.stdin)))"
    hide = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs none /usr/share/fonts && exec "$@"', "sh"]
    # Where no namespace is given it is at least another process, which begins with no font of ours.
    hide = hide if subprocess.run([*hide, "true"], capture_output=True).returncode == 0 else []
    made = subprocess.run(
        [*hide, sys.executable, "-c", code], input=json.dumps(spec).encode(), capture_output=True, cwd=ROOT
    )
    assert made.returncode == 0, made.stderr
    assert made.stdout == render_png(spec)


def test_lines_are_reckoned_wide_enough() -> None:
    font = ImageFont.truetype(ROOT / "bot/print/fonts/BeVietnamPro-Bold.ttf", 44)
    texts = [str(message.string) for message in catalogs.read("vi") if message.id]
    texts += ["0123456789% · 1.000 người", "MƯỜI NGƯỜI LAO ĐỘNG", "“ngoặc” «kép» – …"]
    lines = [part for text in texts for part in wrapped(drawable(text), 44, 1000)]
    assert len(lines) > 500
    assert all(font.getlength(one) <= 1000 for one in lines)
    assert not [one for one in lines if width(one, 44) < 0.97 * font.getlength(one)]


@pytest.mark.parametrize(("text", "kept"), [("Ngon 😀👍🏽", "Ngon"), ("❤️ Tốt", "Tốt"), ("a  b", "a b"), ("Tổ", "Tổ")])
def test_what_has_no_letter_is_left_out(text: str, kept: str) -> None:
    assert drawable(text) == kept


def test_an_option_of_nothing_but_a_face_has_its_number() -> None:
    assert [label for label, _ in said(picture(VI, [asked("one", "😀", "😡")], 0, shown([9, 9]), ABOUT))] == ["(1)", "(2)"]


@pytest.mark.parametrize("part", ["data", "image", "lookup"])
def test_nothing_is_fetched(part: str) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a"
        spec = picture(VI, [MEAL], 0, shown([14, 10, 3]), ABOUT)
        spec["layer"] += {
            "data": [{"data": {"url": address}, "mark": "bar"}],
            "image": [{"data": {"values": [{}]}, "mark": "image", "encoding": {"url": {"value": address}}}],
            "lookup": [{"transform": [{"lookup": "a", "from": {"data": {"url": address}, "key": "a"}}], "mark": "bar"}],
        }[part]
        with pytest.raises(Fetches):
            render_png(spec)
        with pytest.raises(TimeoutError):
            server.accept()


class Unseen(dict[str, Any]):
    """Shows whoever looks through it nothing; what draws takes all of it."""

    def values(self) -> Any:
        return []


def test_the_drawer_itself_may_not_fetch() -> None:
    """Behind our own look at what is to be drawn stands another wall."""
    with pytest.raises(ValueError, match="not allowed"):
        render_png(Unseen({"data": {"url": "http://127.0.0.1:9/a.json"}, "mark": "bar"}))


def test_it_is_loaded_only_to_draw() -> None:
    code = "import sys, bot.app, bot.files.drawing, handlers.polls.charts; sys.exit('vl_convert' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
