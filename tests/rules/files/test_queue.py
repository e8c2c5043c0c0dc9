"""Whose file is next: nobody waits behind another's second file, and photos never behind documents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.files.queue import MOST, MOST_BYTES, PLACES, Queue, lane
from models.messages.message import FileKind
from models.people.accounts import Sender

KINDS = st.sampled_from(["photo", "document", "voice"])
FILES = st.lists(st.tuples(st.integers(0, 5), KINDS), max_size=60)
Due = list[tuple[str, Sender, FileKind]]


def person(number: int) -> Sender:
    return Sender("telegram:1", str(number))


def due(files: list[tuple[int, FileKind]]) -> Due:
    return [(str(at), person(number), kind) for at, (number, kind) in enumerate(files)]


def begun(queue: Queue, waiting: Due) -> list[str]:
    rows = []
    while (row := queue.next(waiting)) is not None:
        rows.append(row)
    return rows


@given(FILES, st.lists(st.integers(0, 3)))
def test_places_are_shared_and_nothing_is_forgotten(files: list[tuple[int, FileKind]], ends: list[int]) -> None:
    """Files are begun and end in any order; at every moment each lane has no more than its places, and of one person one."""
    waiting, queue, under_way, done = due(files), Queue(), [], []
    of = {row: (lane(kind), sender) for row, sender, kind in waiting}
    for at in [*ends, *[0] * len(files) * 2]:
        under_way += begun(queue, [file for file in waiting if file[0] not in (*under_way, *done)])
        lanes = [of[row] for row in under_way]
        assert len(set(lanes)) == len(lanes)
        for name, places in PLACES.items():
            busy = sum(place == name for place, _ in lanes)
            still = {of[row] for row in of if row not in done and row not in under_way and of[row][0] == name}
            assert busy <= places
            assert busy == places or not still - set(lanes), "a place is empty only when nobody else waits for it"
        if under_way:
            over = under_way.pop(at % len(under_way))
            queue.over(over)
            done.append(over)
    assert sorted(done, key=int) == [row for row, _, _ in waiting]


def test_a_photo_does_not_wait_for_documents() -> None:
    queue, waiting = Queue(), due([(1, "document")] * 10 + [(2, "document")] * 10 + [(3, "photo"), (1, "voice")])
    assert begun(queue, waiting) == ["0", "10", "20", "21"]


@given(st.integers(1, 30), st.integers(1, 5))
def test_somebody_elses_first_file_is_next(many: int, others: int) -> None:
    """However many one person has sent before, everybody else's first comes before that person's next."""
    files: list[tuple[int, FileKind]] = [(0, "document")] * many + [(number, "document") for number in range(1, others + 1)]
    waiting, queue, order = due(files), Queue(), []
    while waiting:
        for row in begun(queue, waiting):
            queue.over(row)
            order.append(row)
            waiting = [file for file in waiting if file[0] != row]
    firsts = order.index(str(many + others - 1))
    assert firsts <= others + 1


def test_what_one_person_may_have_here() -> None:
    queue, greedy, other = Queue(), person(1), person(2)
    for number in range(MOST):
        assert queue.has_room(greedy)
        queue.keep(greedy, str(number), 1)
    assert not queue.has_room(greedy) and queue.has_room(other)
    queue.forget(["0"])
    assert queue.has_room(greedy)
    queue.keep(other, "large", MOST_BYTES)
    assert not queue.has_room(other)
    queue.forget([*map(str, range(MOST)), "large"])
    assert queue.has_room(other) and not queue.is_full
