"""`haichieu poll verify`: what anybody can check of a counted poll, with nothing but the list that was published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.command_line import Commands
from bot.commands.main import app
from bot.commands.speaking import fail, say, text, why

polls_app = typer.Typer(cls=Commands)
app.add_typer(polls_app, name="poll")


@polls_app.callback()
def _polls() -> None:
    """A group of its own, although it has one command."""


@polls_app.command()
def verify(
    codes: Annotated[Path, typer.Argument()],
    check: Annotated[str, typer.Option("--hash")],
    took_part: Annotated[int, typer.Option()] = 0,
    mine: Annotated[str, typer.Option()] = "",
) -> None:
    """Checks that the list is the one that was published, that every ballot counted has a code, and that a code is in it.
    A code tells that its ballot was counted and nothing of what was in it: it proves to nobody how somebody voted."""
    from models.polls.results import receipts_hash

    try:
        listed = [line.strip() for line in codes.read_text("utf-8").splitlines() if line.strip()]
    except OSError as error:
        fail(text("list_unreadable", path=codes, why=why(error)))
    except UnicodeDecodeError:
        fail(text("list_no_text", path=codes))
    if receipts_hash(listed) != check.strip().lower():
        fail(text("other_list", number=receipts_hash(listed)))
    if len(set(listed)) != len(listed):
        fail(text("code_twice"))
    if took_part and took_part != len(listed):
        fail(text("other_count", took_part=took_part, listed=len(listed)))
    if mine and mine.strip().upper() not in listed:
        fail(text("not_in_list"))
    say("as_published_with_mine" if mine else "as_published", count=len(listed))
