"""The pace of a line as properties: no second has more than rate + 1, the urgent go first, a pause is kept exactly, and
after it the rate is halved and found again."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sending.pacing import STEPS, Pacer
from models.messages.outbox import BULK, LANES, NOTICE, REPLY

pytestmark = pytest.mark.slow


class Timeline:
    """A clock for many sleepers: time goes on to the next of them when nobody has anything left to do."""

    def __init__(self) -> None:
        self.time = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def steady(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, next(self._order), woken))
        await woken

    async def flows(self, until: asyncio.Future[object]) -> None:
        while not until.done():
            for _ in range(6):  # longer than any chain of wake-ups here
                await asyncio.sleep(0)
            if self._sleepers:
                self.time, _, woken = heapq.heappop(self._sleepers)
                woken.set_result(None)


@dataclass(frozen=True)
class Wish:
    """One message that wants to go out from `at`, and takes `lasts` seconds to be answered."""

    at: float
    lane: int
    chat: str = ""
    lasts: float = 0.0


@dataclass(frozen=True)
class Given:
    wish: Wish
    at: float


def played(
    wishes: list[Wish], rate: float, pauses: Sequence[tuple[float, float]] = (), chat_rate: float = 0, at_once: int = 10_000
) -> list[Given]:
    """What was allowed when, in order."""

    async def play() -> list[Given]:
        clock = Timeline()
        pacer = Pacer(clock, rate, chat_rate, at_once)
        allowed: list[Given] = []

        async def one(wish: Wish) -> None:
            await clock.sleep(wish.at)
            assert await pacer.take(wish.lane, wish.chat)
            allowed.append(Given(wish, clock.time))
            if wish.lasts:
                await clock.sleep(wish.lasts)
            pacer.give_back()

        async def pause(at: float, seconds: float) -> None:
            await clock.sleep(at)
            pacer.pause(seconds)

        everything = asyncio.gather(*(pause(*p) for p in pauses), *(one(w) for w in wishes))
        await clock.flows(everything)
        await everything
        return allowed

    return asyncio.run(play())


def check_pace(given: list[Given], rate: float) -> None:
    times = [one.at for one in given]
    for place, start in enumerate(times):
        count = bisect_left(times, start + 1 - 1e-6) - place
        assert count < rate + 2, f"{count} in the second from {start}"


def check_order(given: list[Given]) -> None:
    """Nobody went while somebody more urgent, or as urgent and earlier, was waiting."""
    for place, one in enumerate(given):
        for later in given[place + 1 :]:
            before = later.wish.at < one.at and later.wish.lane < one.wish.lane
            overtaken = later.wish.lane == one.wish.lane and later.wish.at < one.wish.at
            assert not before and not overtaken, (one, later)


def slowest(rate: float, pauses: Sequence[tuple[float, float]]) -> float:
    """The rate below which so many pauses cannot bring the line."""
    return max(rate / 2 ** len(pauses), min(1.0, rate))


def check_pauses(given: list[Given], rate: float, pauses: list[tuple[float, float]]) -> None:
    """Silent while asked to be, and not an instant longer: whoever waited then goes at the end of the last pause, or when
    the line, slowed by pauses before, would have come to them without this one."""
    token = 1 / slowest(rate, pauses)
    for start, seconds in pauses:
        assert not [one for one in given if start + 1e-9 < one.at < start + seconds - 1e-6]
        end = start + seconds
        if any(s <= end + token and end < s + length for s, length in pauses):
            continue  # another pause goes on, or begins before the next message was due
        if any(end - token < one.at <= start + 1e-9 for one in given):
            continue  # the one before it went too shortly ago
        if [one for one in given if start + 1e-9 < one.wish.at < end]:
            assert [one for one in given if abs(one.at - end) < 1e-5], f"nothing at the end of the pause at {end}"


def check_finding(given: list[Given], rate: float, pauses: list[tuple[float, float]]) -> None:
    """From the end of a pause on: half the rate at most, and a step more each second. Pauses that overlap are one."""
    ends: list[float] = []
    for start, seconds in sorted(pauses):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], start + seconds)
        else:
            ends.append(start + seconds)
    for place, end in enumerate(ends):
        half = max(rate / 2, min(1.0, rate))
        for second in range(STEPS):
            begin = end + second
            if place + 1 < len(ends) and ends[place + 1] <= begin:
                break
            found = min(rate, half + rate / STEPS * second)
            count = len([one for one in given if begin - 1e-6 <= one.at < begin + 1 - 1e-6])
            assert count < found + 2, f"{count} in the second from {begin}, at {found} a second"


moments = st.integers(0, 400).map(lambda n: n / 100)
wishes = st.lists(st.builds(Wish, moments, st.sampled_from(sorted(LANES))), min_size=1, max_size=120)
pauses = st.lists(st.tuples(moments, st.integers(1, 300).map(lambda n: n / 100 + 0.003)), max_size=3)
steadily = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@steadily
@given(wishes, st.one_of(st.integers(1, 50).map(float), st.floats(0.7, 200)), pauses)
def test_pace_order_and_pauses(wishes: list[Wish], rate: float, pauses: list[tuple[float, float]]) -> None:
    check(wishes, rate, pauses)


def check(wishes: list[Wish], rate: float, pauses: list[tuple[float, float]]) -> None:
    given = played(wishes, rate, pauses)
    assert len(given) == len(wishes)
    check_pace(given, rate)
    check_order(given)
    check_pauses(given, rate, pauses)
    check_finding(given, rate, pauses)


def each_second(given: list[Given], start: float, seconds: int) -> list[int]:
    """How many went in each second from `start` on."""
    return [len([one for one in given if start + n <= one.at + 1e-6 < start + n + 1]) for n in range(seconds)]


def test_after_a_pause_the_rate_is_halved_and_found_again_a_step_a_second() -> None:
    given = played([Wish(0, BULK)] * 1000, 40, [(5.0, 3.0)])
    assert each_second(given, 5.01, 2) == [0, 0]
    assert each_second(given, 8, 13) == pytest.approx([20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 40, 40], abs=1)


def test_refused_together_is_refused_once_and_refused_again_is_halved_again() -> None:
    together = played([Wish(0, BULK)] * 300, 40, [(2.0, 3.0), (2.1, 3.0), (4.0, 1.0)])
    assert each_second(together, 5.1, 1)[0] == pytest.approx(20, abs=1)
    again = played([Wish(0, BULK)] * 300, 40, [(2.0, 1.0), (3.5, 1.0)])
    assert each_second(again, 4.5, 2) == pytest.approx([10, 12], abs=1)


@pytest.mark.parametrize("rate", [0.7, 1.0, 1.5, 29.0])
def test_however_often_it_is_refused_a_line_goes_on(rate: float) -> None:
    """One a second at least, or its own rate where that is less; and the full rate comes back."""
    refused = [(1.0 + 2 * n, 1.0) for n in range(12)]
    given = played([Wish(0, BULK)] * 1200, rate, refused)
    after = [one.at for one in given if one.at >= 24]
    assert after[1] - after[0] <= 1 / min(rate, 1.0) + 1e-6
    assert after[-1] - after[-2] == pytest.approx(1 / rate)


@pytest.mark.parametrize("rate", [1.0, 10.0, 29.0, 30.0, 1000.0])
def test_ten_thousand_take_as_long_as_they_should(rate: float) -> None:
    given = played([Wish(0, BULK)] * 10_000, rate)
    assert given[-1].at == pytest.approx((10_000 - 1 - max(1, 0.005 * rate)) / rate, rel=1e-3)


@pytest.mark.parametrize("gap", [0.0, 0.5, 3.0])
def test_after_a_silence_telegram_counts_thirty_and_no_more(gap: float) -> None:
    """29 a second leaves one below Telegram's 30, and no saved-up burst may eat it."""
    given = played([Wish(0, BULK)] * 40 + [Wish(40 / 29 + gap, REPLY)] * 200, 29)
    check_pace(given, 29)


def test_a_chat_has_a_pace_of_its_own_unless_it_is_answered() -> None:
    notices = [Wish(0, NOTICE, "An")] * 3 + [Wish(0, NOTICE, "Bình")]
    given = played([*notices, *[Wish(0.5, REPLY)] * 3], rate=0, chat_rate=1)
    assert [(one.wish.chat, one.at) for one in given] == [
        *(("An", 0.0), ("Bình", 0.0)),
        *[("", 0.5)] * 3,
        *(("An", 1.0), ("An", 2.0)),
    ]


def test_places_that_become_free_go_to_the_urgent_and_at_the_pace_of_the_line() -> None:
    """A service that answers slowly, then at once: what waited for a place must not leave in one burst."""
    slow = [Wish(0, BULK, lasts=5.0)] * 64
    given = played([*slow, *[Wish(1.0, BULK)] * 100, *[Wish(2.0, REPLY)] * 3], rate=29, at_once=64)
    check_pace(given, 29)
    check_order(given)


async def test_a_closed_line_allows_nothing_and_tells_those_who_wait() -> None:
    pacer = Pacer(Timeline(), 1, 0)
    assert await pacer.take(REPLY)
    waiting = asyncio.create_task(pacer.take(REPLY))
    await asyncio.sleep(0)
    pacer.close()
    assert await waiting is False and await pacer.take(REPLY) is False


async def test_whoever_gives_up_waiting_takes_neither_a_place_nor_a_turn() -> None:
    clock = Timeline()
    pacer = Pacer(clock, 1, 0, at_once=1)
    assert await pacer.take(BULK)
    gone, next_one = (asyncio.create_task(pacer.take(BULK)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    pacer.give_back()
    await clock.flows(next_one)
    assert next_one.result() and clock.time == pytest.approx(1.0)


PLANTS = {
    "a burst after a silence": lambda patch: patch.setattr("bot.sending.pacing.SAVED_SECONDS", 0.5),
    "lanes forgotten": lambda patch: patch.setattr(Pacer, "take", _without_lanes(Pacer.take)),
    "pauses forgotten": lambda patch: patch.setattr(Pacer, "pause", lambda self, seconds: None),
    "the full rate too soon": lambda patch: patch.setattr("bot.sending.pacing.STEPS", 1),
    "pauses too long": lambda patch: patch.setattr(Pacer, "pause", _longer(Pacer.pause)),
}


def _without_lanes(take):
    return lambda self, lane, chat="": take(self, REPLY, chat)


def _longer(pause):
    return lambda self, seconds: pause(self, seconds + 0.01)


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS.keys())
def test_the_properties_bite(monkeypatch: pytest.MonkeyPatch, plant: object) -> None:
    wishes = [Wish(at, lane) for at in (0.0, 0.5, 2.5) for lane in (BULK, REPLY) for _ in range(8)]
    check(wishes, 10, [(0.3, 0.403)])
    plant(monkeypatch)  # type: ignore[operator]
    with pytest.raises(AssertionError):
        check(wishes, 10, [(0.3, 0.403)])
