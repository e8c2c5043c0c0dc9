"""The bench of a broadcast counts right: its server keeps Telegram's limits, and tells what is lost and what is doubled."""

from __future__ import annotations

import pytest

from tests.bench.killing import Killed
from tests.bench.limited import FIRST, PATIENCE, Limited, Talker, ranked
from tests.emulators.telegram_rules import Refusal


def test_thirty_in_any_second_and_one_a_second_in_a_chat() -> None:
    api = Limited()
    for place in range(30):
        api.take(FIRST + place, "", 10 + place / 30)
    with pytest.raises(Refusal) as refused:
        api.take(FIRST + 30, "", 10.99)
    assert refused.value.status == 429 and b'"retry_after":3' in refused.value.body().replace(b" ", b"")
    api.take(FIRST + 30, "", 11.0)  # the first of them is a second ago
    with pytest.raises(Refusal):
        api.take(FIRST + 30, "", 11.99)
    api.take(FIRST + 30, "", 12.0)
    assert api.limiter is not None and api.limiter.breaches == {"bot": 1, "chat": 1}


async def test_edits_count_and_a_refusal_is_counted() -> None:
    api = Limited()
    assert (await api.act("sendMessage", {"chat_id": "1", "text": "0 %"}))[0] == 200
    assert (await api.act("editMessageText", {"chat_id": "1", "text": "1 %"}))[0] == 429
    assert api.refused == 1 and (await api.act("answerCallbackQuery", {}))[0] == 200


def test_lost_and_doubled() -> None:
    api = Limited()
    for at, chat in enumerate([FIRST, FIRST + 1, FIRST + 1, 7, FIRST + 3, FIRST + 1]):
        api.take(chat, "", 10.0 + at)
    found = api.counted()
    assert (found["reached"], found["copies"], found["most_copies"]) == (3, 5, 3)
    assert (found["sends"], found["seconds"]) == (6, 5.0)
    killed = Killed(4, 2, found, [], {})
    assert (killed.lost, killed.doubled, killed.per_kill) == (1, 2, 1.0)


def test_waits_are_told_apart_by_when_they_asked() -> None:
    api = Limited()
    api.talkers[7] = talker = Talker(7)
    api.went_at = 20.0
    for asked_at, answered_at, notice in ((10, 11, 0), (19, 22, FIRST), (30, 32, FIRST + 1), (41, 45, 0)):
        talker.asked_at = asked_at
        api.take(7, "", answered_at)
        assert not talker.asked_at
        if notice:
            api.take(notice, "", answered_at + 1)
    found = api.counted()
    assert (found["alone"]["count"], found["alone"]["p99"]) == (2, 3)
    assert (found["meanwhile"]["count"], found["meanwhile"]["p50"]) == (1, 2)


def test_ranks() -> None:
    assert ranked([]) == {"count": 0, "none": 0, "p50": 0.0, "p99": 0.0}
    assert ranked([PATIENCE, *range(1, 10)]) == {"count": 10, "none": 1, "p50": 6, "p99": PATIENCE}
