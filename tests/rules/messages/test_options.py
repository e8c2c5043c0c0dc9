"""What a button does is kept with it on its way; what the version before has kept knows nothing of it."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from models.messages.message import Act, Media, Option
from models.messages.outbox import Letter

KINDS: tuple[Act, ...] = ("", "switch", "danger", "quiet")


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_keeps_what_its_buttons_do(kind: Act) -> None:
    letter = Letter("Gửi?", options=(Option("a:::b:c", "Gửi", kind),))
    _, read = Letter.load(letter.dump("A"))
    assert [one.kind for one in read.options] == [kind] and read == letter


def test_a_letter_of_the_version_before_is_read() -> None:
    kept = json.loads(Letter("Gửi?", options=(Option("a:::b:c", "Gửi", "quiet"),)).dump("A"))
    kept["options"] = [pair[:2] for pair in kept["options"]]
    assert Letter.load(json.dumps(kept))[1].options == (Option("a:::b:c", "Gửi"),)


def test_a_picture_of_the_version_before_is_read() -> None:
    kept = asdict(Media("a", "c", "photo", "x.png", "image/png", alt="4: 60%"))
    kept.pop("alt")
    assert Media(**kept).alt == ""


def test_two_that_differ_in_nothing_else_are_the_same() -> None:
    """A list that stands on a screen is not another one because it is drawn otherwise."""
    assert Option("a:::b:c", "Gửi", "quiet") == Option("a:::b:c", "Gửi")
