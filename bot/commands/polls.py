"""`haichieu poll verify`: what anybody can check of a counted poll, with nothing but the list that was published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.main import app, fail

polls_app = typer.Typer(help="What anybody can check of a poll.", no_args_is_help=True)
app.add_typer(polls_app, name="poll")


@polls_app.callback()
def _polls() -> None:
    """A group of its own, although it has one command."""


@polls_app.command()
def verify(
    codes: Annotated[Path, typer.Argument(help="the list of codes as it was published, one a line")],
    check: Annotated[str, typer.Option("--hash", help="the check number (SHA-256) that was published with the results")],
    took_part: Annotated[int, typer.Option(help="how many took part, as published: every ballot has one code")] = 0,
    mine: Annotated[str, typer.Option(help="a code of one's own: is it in the list?")] = "",
) -> None:
    """Checks that the list is the one that was published, that every ballot counted has a code, and that a code is in it.
    A code tells that its ballot was counted and nothing of what was in it: it proves to nobody how somebody voted."""
    from models.polls.results import receipts_hash

    try:
        listed = [line.strip() for line in codes.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{codes} cannot be read ({type(error).__name__}).")
    if receipts_hash(listed) != check.strip().lower():
        fail(f"The list is not the one that was published: its check number is {receipts_hash(listed)}.")
    if len(set(listed)) != len(listed):
        fail("The list has a code twice.")
    if took_part and took_part != len(listed):
        fail(f"{took_part} took part, and the list has {len(listed)} codes: they should be as many.")
    if mine and mine.strip().upper() not in listed:
        fail("That code is not in the list: please tell the union's inspection committee.")
    print(f"{len(listed)} codes, as published" + ("; yours is among them." if mine else "."))
