"""How a command line is read: in which language it is answered, its page of help, and what is wrong with how it was typed.

Typer's own words for these are English and are set in the code before the language is known. So `--lang` and `--help` are
taken out of the line here, before Typer reads it, wherever they stand; the rest is Typer's, and its complaints are told
apart by their kind and said in ours.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from bot.commands import speaking
from config.i18n import LANGUAGES
from handlers.operator import help_pages

_USAGE = 2
"""The exit code of a line that cannot be understood, as everywhere."""


class NoSuchCommand(typer.BadParameter):
    """The first word is none of the commands."""


class NoSuchLanguage(typer.BadParameter):
    """`--lang` names a language that is not spoken here."""


class Commands(TyperGroup):
    """A group of commands whose help and complaints are composed in handlers/operator."""

    def main(self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        try:
            code = super().main(args, standalone_mode=False, **extra)
        except typer.TyperException as error:
            print(_complaint(error), file=sys.stderr)
            sys.exit(_USAGE)
        sys.exit(code if isinstance(code, int) else 0)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        if parent is None:
            args = self._taken(args)
        return super().make_context(info_name, args, parent=parent, **extra)

    def _taken(self, args: list[str]) -> list[str]:
        """The line without `--lang` and `--help`, both heeded: the page of a command is shown and the rest is not done."""
        wanted, rest = _language_of(args)
        speaking.speak(wanted or _language_set())
        if wanted and wanted not in LANGUAGES:
            raise NoSuchLanguage(wanted)
        command = self.named_in(rest)
        if "--help" in rest or (rest in ([], command.split()) and command in _GROUPS):
            print(help_pages.page(speaking.reader(), command))
            raise typer.Exit(0 if "--help" in rest else _USAGE)
        return rest

    def named_in(self, args: Sequence[str]) -> str:
        """The command that a line names: the longest that there is a page of."""
        words = [word for word in args if not word.startswith("-")]
        return next((name for size in (2, 1) if (name := " ".join(words[:size])) in help_pages.PAGES), "")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise NoSuchCommand(args[0], ctx=ctx)
        return super().resolve_command(ctx, args)


_GROUPS = {name for name, page in help_pages.PAGES.items() if page.commands}


def _language_of(args: Sequence[str]) -> tuple[str, list[str]]:
    """What `--lang` says, and the line without it. Behind a bare `--` nothing is an option any more."""
    wanted = ""
    rest: list[str] = []
    left = list(args)
    while left:
        word = left.pop(0)
        if word == "--":
            return wanted, [*rest, word, *left]
        if word == "--lang":
            wanted = left.pop(0) if left else "--lang"
        elif word.startswith("--lang="):
            wanted = word.partition("=")[2] or word
        else:
            rest.append(word)
    return wanted, rest


def _language_set() -> str:
    """What the settings say. Here nothing is refused: a wrong one is named by whoever needs the settings."""
    from config.settings import language_set

    return language_set()


def _complaint(error: typer.TyperException) -> str:
    """What is wrong with the line, and where it is explained."""
    path: list[str] = []
    context = getattr(error, "ctx", None)
    while context is not None and context.parent is not None:
        path.insert(0, context.info_name)
        context = context.parent
    return f"{_reason(error, ' '.join(path))} {speaking.text('see', command=' '.join(['haichieu', *path]))}"


def _reason(error: typer.TyperException, command: str) -> str:
    text, param = speaking.text, getattr(error, "param", None)
    name = getattr(error, "option_name", "")
    match type(error).__name__:
        case "NoSuchCommand":
            return text("no_command", name=error.message)
        case "NoSuchOption":
            return text("no_option", name=name)
        case "BadOptionUsage":
            return text("no_value", name=name)
        case "NoSuchLanguage":
            return text("no_language", known=", ".join(LANGUAGES))
        case "MissingParameter" | "BadParameter" if param is not None:
            option = param.opts[0] if param.param_type_name == "option" else ""
            shown, about = help_pages.about(speaking.reader(), command, option)
            is_missing = type(error).__name__ == "MissingParameter"
            return text("missing" if is_missing else "bad_value", name=shown, about=about)
        case _:
            return text("too_much")
