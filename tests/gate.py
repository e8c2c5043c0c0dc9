"""What the gate asks of a whole run, when all of its tests are green: `python -m tests.gate JUNIT.XML`.

Nothing was skipped, every conversation was met on every channel by some story (tests/stories/channels.py), and what stories
showed fits a phone and keeps nobody out (tests/phone.py).
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from xml.etree import ElementTree

from handlers.front.capabilities import CONVERSATIONS
from tests import phone
from tests.stories import said, steps
from tests.stories.channels import CHANNELS

ONLY: dict[str, Collection[str]] = {
    "edited": ["telegram"],  # where alone people change what they wrote
    "reworded": ["telegram"],
    # A page of ours, which others' apps are not.
    **{name: ["webchat"] for name in ("device", "return_code", "new_return_code", "no_return_code", "come_back")},
    "enclosed": ["zalo"],  # which takes no files from bots; on the others they come with the notice
    "chart": ["zalo"],  # which shows no pictures; on the others they come with the result
    "picture": ["zalo"],
    "see_notice": ["telegram", "zalo"],  # which ring on a lock screen; a page is open when something comes
    "see_invitation": ["telegram", "zalo"],
}
"""Where a conversation is met, if not everywhere, and why."""
SLOWEST = 5


def unmet(met: Iterable[str], conversations: Collection[str], only: Mapping[str, Collection[str]] = ONLY) -> list[str]:
    """Conversations that no story came to, with the channel; `met`: what stories noted, "channel: conversations"."""
    found: dict[str, set[str]] = defaultdict(set)
    for noted in met:
        channel, _, names = noted.partition(": ")
        found[channel].update(names.split())
    return [f"{name} on {at}" for name in conversations for at in only.get(name, CHANNELS) if name not in found[at]]


def _noted(cases: Iterable[ElementTree.Element], what: str) -> list[tuple[str, str]]:
    """Stories, and what they noted of this."""
    properties = [(case.get("name", ""), prop) for case in cases for prop in case.iter("property")]
    return [(story, prop.get("value", "")) for story, prop in properties if prop.get("name") == what]


def main(path: str, *, rewrite: bool = False) -> None:
    """`rewrite`: README's heights, as they are now."""
    suite = ElementTree.parse(path).getroot().find("testsuite")
    assert suite is not None
    cases = list(suite.iter("testcase"))
    skipped = [case.get("name", "") for case in cases if case.find("skipped") is not None]
    if skipped:
        sys.exit(f"skipped, which the gate does not allow: {', '.join(skipped)}")
    if missing := unmet((value for _, value in _noted(cases, "met")), CONVERSATIONS):
        sys.exit(f"no story comes to these (mark one with @every_channel): {', '.join(missing)}")
    shown = said.read(_noted(cases, said.PROPERTY))
    jobs = steps.noted(value for _, value in _noted(cases, steps.PROPERTY))
    wrong, heights = asyncio.run(phone.look(shown, jobs))
    if rewrite:
        steps.write(heights)
    if wrong := [*wrong, *steps.untrue(heights)]:
        sys.exit("\n".join(wrong))
    seconds: Counter[str] = Counter()
    for case in cases:
        seconds[case.get("classname", "").partition(".test_")[0]] += int(1000 * float(case.get("time", 0)))
    slowest = ", ".join(f"{name} {spent / 1000:.0f} s" for name, spent in seconds.most_common(SLOWEST))
    taller = ", ".join(phone.TALLER)
    print(f"{len(shown)} messages of different shapes, none too high for a phone but in: {taller}")
    print(f"{len(cases)} tests, none skipped, {float(suite.get('time', 0)):.0f} s; most in {slowest}")


if __name__ == "__main__":
    main(sys.argv[1], rewrite="--heights" in sys.argv)
