"""An officer learns nothing about one person from any number on any screen.

Two worlds are the same but for one person's one act (who joins, confirms, begins to write, votes, switches notices off or
leaves) at some moment of a day. Whatever the officer sends, asks, looks at and does with accounts made by the team's code,
at any moment of that day: both screens say the same, to the letter. What may show in a night, and how little that helps,
is in tests/rules/anonymity/test_counts.py; what is published of polls, in tests/rules/polls/test_overlap.py.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.broadcasts import overview
from models.anonymity import counts
from models.broadcasts import lifecycle, sizes
from models.broadcasts.audiences import Audience
from tests.anonymity.officer import Officer, Phone, Union, World

EXAMPLES = int(os.environ.get("FULL_OFFICER", "2"))
TEAMS = {"MAY1": 22, "MAY2": 9, "MAY3": 3}
Act = Callable[[Union, Phone], object]


def confirms(_union: Union, victim: Phone) -> None:
    victim.looks()
    if victim.offers("Đã đọc") is not None:
        victim.taps("Đã đọc")


def writes(_union: Union, victim: Phone) -> None:
    victim.says("menu")
    victim.taps("Viết phản ánh")
    victim.says("Tổ trưởng ép ký giấy")


def mutes(_union: Union, victim: Phone) -> None:
    victim.says("menu")
    victim.taps("Cài đặt", "Thông báo của công đoàn", "Tắt")


def votes(_union: Union, victim: Phone) -> None:
    victim.looks()
    if victim.offers("Bỏ qua") is not None:
        victim.taps("Bỏ qua", "Bỏ qua", "Bỏ qua", "Gửi câu trả lời")


def leaves(_union: Union, victim: Phone) -> None:
    victim.says("menu")
    victim.taps("Cài đặt", "Thêm…", "Thêm…", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")


VICTIM: dict[str, Act] = {
    "joins": lambda union, _victim: union.worker("MAY3"),
    "joins the large team": lambda union, _victim: union.worker("MAY1"),
    "joins by the wall code": lambda union, _victim: union.worker("MAY3", verified=False),
    "confirms": confirms,
    "writes": writes,
    "mutes": mutes,
    "votes": votes,
    "leaves": leaves,
}
UNITS = ("MAY", "MAY1", "MAY2", "MAY3", "MAY1 MAY2", "MAY -MAY3", "MAY -MAY1", "MAY -MAY2 -MAY3")
MARKS = ((), ("Người dùng tiếng Việt",), ("Chưa xác nhận TB-",), ("Cán bộ công đoàn",))
OFFICER = st.one_of(
    st.tuples(st.just("previews"), st.sampled_from(UNITS), st.sampled_from(MARKS)),
    st.tuples(st.just("sends"), st.sampled_from(UNITS), st.sampled_from(MARKS)),
    st.tuples(st.just("looks"), st.just(""), st.just(())),
    st.tuples(st.just("asks"), st.sampled_from(UNITS), st.sampled_from([(), ("Hỏi cả người chưa có phiếu",)])),
    st.tuples(st.just("looks_at_polls"), st.just(""), st.just(())),
    st.tuples(st.just("makes"), st.sampled_from(sorted(TEAMS)), st.just(())),
    st.tuples(st.just("own_confirm"), st.just(""), st.just(())),
    st.tuples(st.just("own_write"), st.just(""), st.just(())),
)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[World, World]]:
    """With the act, and without."""
    folder = tmp_path_factory.mktemp("worlds")
    one = World(folder / "with", sqlite_template)
    other = World(folder / "without", sqlite_template, like=one)
    yield one, other
    one.close()
    other.close()


def in_step(worlds: tuple[World, World]) -> None:
    """Both go on from the same moment with the same names, whatever other tests did in one of them."""
    at, unions = max(world.clock.now() for world in worlds), max(world.unions for world in worlds)
    for world in worlds:
        world.passes(seconds=(at - world.clock.now()).total_seconds())
        world.unions = unions


def both_days(
    worlds: tuple[World, World], act: str, steps: list[tuple[str, str, tuple[str, ...]]], at: int, headcounts: bool = False
) -> tuple[list[str], list[str]]:
    """What the officer saw with the act, and without."""
    in_step(worlds)
    return a_day(worlds[0], steps, VICTIM[act], at, headcounts), a_day(worlds[1], steps, None, at, headcounts)


def a_day(
    world: World, steps: list[tuple[str, str, tuple[str, ...]]], act: Act | None, at: int, headcounts: bool
) -> list[str]:
    """What the officer saw, step by step."""
    union = world.found(TEAMS, headcounts=headcounts)
    world.night()
    officer, seen = Officer(union), []
    seen.append(officer.sends("MAY") + officer.sends("MAY3"))
    for number, (verb, unit, more) in enumerate(steps):
        if number == at and act is not None:
            act(union, union.workers["MAY3"][0])
        world.passes(minutes=7)
        given_ = (unit, *more) if unit else ()
        seen.append(getattr(officer, verb)(*given_))
    return [*seen, officer.looks(), officer.looks_at_polls(), officer.previews("MAY3"), officer.previews("MAY")]


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.lists(OFFICER, min_size=2, max_size=5), st.sampled_from(sorted(VICTIM)), st.integers(0, 4), st.booleans())
def test_no_screen_of_a_day_tells_what_one_person_did(
    worlds: tuple[World, World],
    steps: list[tuple[str, str, tuple[str, ...]]],
    act: str,
    at: int,
    headcounts: bool,
) -> None:
    at = min(at, len(steps) - 1)
    with_it, without = both_days(worlds, act, steps, at, headcounts)
    for number, (one, other) in enumerate(zip(with_it, without, strict=True)):
        assert one == other, (act, number, steps[number - 1 : number])


ATTACKS = {
    "who has just joined": ("joins", [("previews", "MAY", ()), ("previews", "MAY", ())], 1),
    "who confirms": ("confirms", [("looks", "", ()), ("previews", "MAY", ("Chưa xác nhận TB-",))], 0),
    "who is writing": ("writes", [("sends", "MAY3", ()), ("looks", "", ())], 0),
    "who leaves": ("leaves", [("looks", "", ()), ("previews", "MAY3", ())], 0),
    "who votes": ("votes", [("asks", "MAY", ()), ("looks_at_polls", "", ())], 1),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attacks_that_were_played(worlds: tuple[World, World], attack: str) -> None:
    assert not differs(worlds, attack)


def differs(worlds: tuple[World, World], attack: str) -> bool:
    with_it, without = both_days(worlds, *ATTACKS[attack])
    return with_it != without


def test_a_number_of_this_moment_is_found(worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch) -> None:
    """It bites: previews that count people as they are."""
    from models.broadcasts import audiences

    def careless(session: object, audience: Audience, day: object, k: int) -> counts.Size:
        return counts.Size("exact", audiences.size(session, audience, day))  # type: ignore[arg-type]

    monkeypatch.setattr(sizes, "of", careless)
    assert differs(worlds, "who has just joined")


def test_a_state_as_the_ledger_has_it_is_found(worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch) -> None:
    """It bites: whoever is passed over for the moment keeps a notice from being done."""
    monkeypatch.setattr(lifecycle, "shown_state", lambda row, _now: row.state)
    assert differs(worlds, "who is writing")


def test_counts_of_this_moment_are_found(worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch) -> None:
    """It bites: who has confirmed, counted now, also in steps."""
    from models.broadcasts import ledger

    honest = overview.reach_of

    def careless(session: object, row: object, k: int) -> overview.Reach:
        reach = honest(session, row, k)  # type: ignore[arg-type]
        read = ledger.counts(session, row.id)["confirmed"]  # type: ignore[arg-type,attr-defined]
        return overview.Reach(reach.size, reach.got, read, reach.ticked)

    monkeypatch.setattr(overview, "reach_of", careless)
    assert differs(worlds, "who confirms")


def test_what_was_confirmed_by_day_counts_that_night(tmp_path: Path, sqlite_template: Path) -> None:
    """The ledger learns it in the night as well (default settings): counted before that, it would show a day late."""
    world = World(tmp_path / "covered", sqlite_template, relay="30-90")
    union = world.found({"MAY1": 34})
    world.night()
    officer = Officer(union)
    officer.sends("MAY1")
    for worker in union.workers["MAY1"][:20]:
        confirms(union, worker)
    assert "xác nhận: ít nhất" not in officer.looks()
    world.night()
    assert "đã xác nhận: ít nhất 10" in officer.looks()
    world.close()


def test_accounts_of_ones_own_fill_no_threshold(worlds: tuple[World, World]) -> None:
    """One worker and forty accounts by the team's code: a case still says only the factory, nights later; with a slip for
    each it says the team."""
    world = worlds[0]
    union = world.found({"MAY1": 1, "MAY2": 24})
    officer = Officer(union)
    for _ in range(40):
        union.worker("MAY1", verified=False)
    officer.makes("MAY1")
    for _ in range(3):
        world.night()
    assert files(union, "MAY1") == "", "no team where few have joined"
    assert files(union, "MAY2") == "Tổ MAY", "a team of which enough joined is named"
    assert "còn quá ít người tham gia bằng phiếu riêng" in officer.previews("MAY1", "Người dùng tiếng Việt")
    assert "[Gửi]" in officer.previews("MAY2", "Người dùng tiếng Việt")
    assert "bị bỏ ra" in officer.previews("MAY -MAY1")


def files(union: Union, team: str) -> str:
    """A worker of the team files; from which team, as the chair's card says."""
    worker = union.workers[team][0]
    worker.says("menu")
    worker.taps("Viết phản ánh")
    worker.says("Tăng ca chưa được trả")
    worker.taps("Gửi Ban chấp hành")
    union.world.passes(minutes=2)
    union.chair.looks()
    said = union.chair.opens_news() + union.chair.since(-1)
    return str(re.findall(r"^Tiền lương · (.*)không nêu tên$", said, re.MULTILINE)[-1]).strip(" ·")


def test_a_team_with_the_code_of_the_wall_is_not_asked_openly(worlds: tuple[World, World]) -> None:
    """“Hỏi cả người chưa có phiếu riêng”: not of a team, and of the union nothing is shown where so few verified vote."""
    world = worlds[0]
    union = world.found({"MAY1": 1})
    officer = Officer(union)
    for _ in range(15):
        officer.makes("MAY1")
    world.night()
    assert "[Mở đợt lấy ý kiến]" not in officer.asks("MAY1", "Hỏi cả người chưa có phiếu", opens=False)
    assert "Trước khi kết thúc không ai xem được kết quả" in officer.asks("MAY", "Hỏi cả người chưa có phiếu")
    for phone in (*officer.socks, union.workers["MAY1"][0]):
        phone.looks()
        phone.taps("3", "Bỏ qua", "Bỏ qua", "Gửi câu trả lời")
        world.passes(seconds=10)
    world.passes(minutes=2)
    world.passes(days=7)
    world.passes(minutes=3)
    said = officer.looks_at_polls()
    assert "Không hiện kết quả" in said and "đợt này ai cũng trả lời được" in said and "phiếu riêng" in said
    assert not re.search(r"[▓░]+ \d: \d", said)


def test_all_and_all_but_a_few_are_not_asked_both(worlds: tuple[World, World]) -> None:
    """The second is refused before anybody is asked, whichever way the few are left out."""
    world = worlds[0]
    union = world.found({"MAY1": 30, "MAY2": 30, "MAY3": 3})
    officer = Officer(union)
    world.night()
    assert "không ai xem được kết quả" in officer.asks("MAY")
    world.passes(days=8)
    assert "bị bỏ ra" in officer.asks("MAY -MAY3")
    said = officer.asks("MAY1 MAY2")
    assert "đã hỏi gần như cùng những người này" in said and "[Mở đợt lấy ý kiến]" not in said
    assert "không ai xem được kết quả" in officer.asks("MAY")
