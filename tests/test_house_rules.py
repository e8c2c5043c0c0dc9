"""The rules of the house, kept by machine. Each is shown to bite."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from config import settings
from config.i18n import LANGUAGES
from handlers.front.all_conversations import CONVERSATIONS, is_about
from tests import catalogs

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(path for room in ("bot", "handlers", "models", "config") for path in (ROOT / room).rglob("*.py"))
LONGEST = 400  # lines; what grows past it splits by noun


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    missing = [name for name in settings.names() if f"`{name}`" not in readme]
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    assert not catalogs.faults(language, catalogs.extracted(), catalogs.read(language))


def test_an_untranslated_sentence_is_noticed() -> None:
    wanted, kept = Catalog(), Catalog()
    wanted.add("Send {code}")
    assert catalogs.faults("vi", wanted, kept)
    kept.add("Send {code}", "Gửi")
    assert "placeholders" in catalogs.faults("vi", wanted, kept)[0]


def reachable(begin: set[str], sources: dict[str, str]) -> set[str]:
    """Conversations that can be come to: `sources` maps each to the code that may open others."""
    found, edge = set(begin), set(begin)
    while edge:
        opened = {name for known in edge for name in re.findall(r'open_token\(\s*"(\w+)"', sources.get(known, ""))}
        edge = opened - found
        found |= edge
    return found


def test_every_conversation_can_be_reached_from_the_menu() -> None:
    code = {".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text("utf-8") for path in CODE}

    def doors(module: str) -> str:
        """What a conversation may show a way to: its module, and those of its subject that this one builds on."""
        subject = module.rpartition(".")[0]
        beside = re.findall(rf"from {re.escape(subject)} import (.+)", code[module])
        return code[module] + "".join(code[f"{subject}.{name.strip()}"] for line in beside for name in line.split(","))

    # What a chat receives unasked (cards, answers) opens conversations too; it is sent by the clock's door.
    unasked = "".join(
        code[module]
        for module in (
            "handlers.front.posting",
            "handlers.chat.conversation",
            "handlers.people.officer_claims",
            "handlers.grievances.case_files",
        )
    )
    sources = {name: doors(one.finish.__module__) + unasked for name, one in CONVERSATIONS.items()}
    begin = {"join", "menu"}
    assert reachable(begin, sources) == set(CONVERSATIONS)
    assert reachable(begin, {**sources, "menu": ""}) != set(CONVERSATIONS), "the check must notice an empty menu"


def test_what_a_button_may_be_about_is_known() -> None:
    """Every button we make can be tapped: one that names a row opens a conversation about one, and only that."""
    made = re.compile(r'open_token\(\s*"(\w+)"(,)?')
    found = [pair for path in CODE for pair in made.findall(path.read_text("utf-8"))]
    assert {name for name, _ in found} <= set(CONVERSATIONS)
    assert not [name for name, more in found if not is_about(name, "x" if more else "")]
    assert not is_about("file", "x") and not is_about("again", "")


def test_nothing_asks_which_channel_it_is() -> None:
    asks = re.compile(r"(channel|line|service)\b[^=\n]{0,20}(==|!=|in)\s*[\"'(\[]+(telegram|zalo|webchat|messenger)")
    assert asks.search('if account.channel == "zalo":')
    found = [str(path) for path in CODE if asks.search(path.read_text("utf-8"))]
    assert not found


def test_no_file_holds_more_than_one_idea() -> None:
    kept = [path for path in CODE if "migrations" not in path.parts]
    long = {path.name: lines for path in kept if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST}
    assert not long


def test_no_clock_but_one() -> None:
    """Rules are given `now`; a clock is read only where the real one is, and where an operator's command begins."""
    reads = re.compile(r"\b(datetime|date)\.(now|utcnow|today)\(")
    assert reads.search("datetime.now(UTC)")
    found = {path.name for path in CODE if reads.search(path.read_text("utf-8"))}
    assert found <= {"clock.py", "main.py", "doctor.py"}
