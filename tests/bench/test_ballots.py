"""The bench of polls counts right: second taps, and what is lost and doubled of a vote."""

from __future__ import annotations

from typing import Any

from tests.bench.ballots import QUESTIONS, Voted, middle, whole_votes
from tests.bench.crowd import OK, Crowd
from tests.bench.inbound import Run, script

MARKUP = {"inline_keyboard": [[{"text": "4", "callback_data": "0:4"}]]}


def sent(chat: int) -> dict[str, Any]:
    return {"chat_id": chat, "text": "Câu 1?", "reply_markup": MARKUP}


async def test_a_second_tap_is_offered_and_its_answer_is_no_step() -> None:
    crowd = Crowd()
    await crowd.act("sendMessage", sent(7))
    await crowd.control("walk", [script(7, 1, [["tap", "4"], ["twice", "4"]])])
    assert (await crowd.act("editMessageText", sent(7)))[1] != OK  # an edit is an answer, too
    assert len(crowd.updates) == 3 and crowd.taps == 3
    assert len({number for number, _update in crowd.updates}) == 3
    for _ in range(2):
        await crowd.act("sendMessage", sent(7))
    counted = await crowd.control("state", {})
    assert (counted["answered"], counted["extra"], counted["unfinished"]) == (2, 1, 0)


def voted(rate: float, voters: int, ballots: int) -> Voted:
    run = Run(rate, 1.0, 0.1, 0.2, 100.0, 90.0, 1.0, 0.3, "")
    return Voted(10, run, run, voters, ballots)


def test_lost_and_doubled() -> None:
    for voters, ballots, lost, doubled in ((10, 10, 0, 0), (9, 9, 1, 0), (10, 8, 2, 0), (10, 12, 0, 2), (9, 10, 1, 1)):
        one = voted(100.0, voters, ballots)
        assert (one.lost, one.doubled) == (lost, doubled)


def test_a_half_vote_counts_for_none() -> None:
    n = QUESTIONS + 1
    assert whole_votes([(n, n), (n - 1, n - 1), (n, 2 * n), (n, n + 1)]) == 4


def test_the_middle_run_tells_the_worst_of_all() -> None:
    found = middle([voted(100.0, 10, 10), voted(300.0, 9, 9), voted(200.0, 10, 10)])
    assert found.rate == 200.0 and found.lost == 1
