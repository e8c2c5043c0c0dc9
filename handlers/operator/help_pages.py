"""One page of help for each command: what it does, what it takes, an example that can be typed as it stands."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from config.i18n import N_, Language

WIDTH = 78
"""Of a console that nobody has widened, with a little room."""
METAVARS = {
    "CODE": N_("CODE"),
    "FILE": N_("FILE"),
    "FOLDER": N_("FOLDER"),
    "COUNT": N_("COUNT"),
    "DAYS": N_("DAYS"),
    "BATCH": N_("BATCH"),
    "PORT": N_("PORT"),
    "NUMBER": N_("NUMBER"),
    "STAFF_CODE": N_("STAFF_CODE"),
    "OLD=NEW": N_("OLD=NEW"),
    "WORDS": N_("WORDS"),
    "COMMAND": N_("COMMAND"),
    "UNIT": N_("UNIT"),
    "YEAR": N_("YEAR"),
}
"""What stands for a value on a page. An option's own name is typed as it is, in every language."""


@dataclass(frozen=True, slots=True)
class Page:
    """`takes`: each argument or option with the METAVARS behind it, and what it is for. `commands`: those below it."""

    says: str
    takes: tuple[tuple[str, str], ...] = ()
    example: str = ""
    commands: tuple[tuple[str, str], ...] = ()


_KEYS_NEW = N_("Make the key file, or add a fresh key to it.")
_CONFIRM = N_("Confirm that a chat belongs to an officer.")
_REISSUE = N_("Put out the lost phone of an officer, and make a new code.")
_VERIFY = N_("Check the published list of codes of a poll.")
PAGES = {
    "": Page(
        N_("Hai Chiều: the two-way chat service of a grassroots trade union."),
        example="haichieu demo",
        commands=(
            ("demo", N_("Try the whole service on this machine, with made-up people.")),
            ("keys", N_("The keys that open the database.")),
            ("import", N_("Take the union's list of units and people.")),
            ("calendar", N_("The rest days of a unit in a year.")),
            ("doctor", N_("Look at everything the service needs.")),
            ("run", N_("Run the service.")),
            ("invites", N_("Make the codes with which people join.")),
            ("officers", N_("Who may act for a unit.")),
            ("migrate", N_("Bring the database to this program's version.")),
            ("poll", N_("What anybody can check of a poll.")),
        ),
    ),
    "run": Page(
        N_(
            "Runs the service until Ctrl-C: every line that is set up, and the chat page. An empty database is "
            "made ready first."
        ),
        example="haichieu run",
    ),
    "migrate": Page(
        N_("After an update of the program: brings an older database to this version. Stop the service before."),
        example="haichieu migrate",
    ),
    "keys": Page(
        N_("The keys that open the database. Without them nobody can read anything again; with them somebody else could."),
        commands=(("new", _KEYS_NEW),),
        example="haichieu keys new",
    ),
    "keys new": Page(
        N_(
            "Makes the key file, or adds a fresh key to it: what older keys sealed still opens. Keep a copy of the file "
            "apart from the database's backups."
        ),
        example="haichieu keys new",
    ),
    "officers": Page(
        N_("Who may act for a unit: an officer's code is a claim, with which nothing can be done until it is confirmed."),
        commands=(("confirm", _CONFIRM), ("reissue", _REISSUE)),
        example="haichieu officers confirm",
    ),
    "officers confirm": Page(
        N_(
            "Confirms that a chat that joined with an officer's code belongs to that officer. Ask them first, in person or "
            "by phone, for the two words on their screen."
        ),
        (
            ("[STAFF_CODE]", N_("as it stands in the list of people; without it, who waits is listed")),
            ("--words WORDS", N_("the two words on the officer's screen, where several chats claim one code")),
        ),
        "haichieu officers confirm SL001",
    ),
    "officers reissue": Page(
        N_(
            "For an officer who has lost the phone: ends every chat of theirs at once and shows a new code, once. Whoever "
            "joins with it is confirmed as with the first one. The other officers of the unit are told."
        ),
        (("STAFF_CODE", N_("as it stands in the list of people")),),
        "haichieu officers reissue SL001",
    ),
    "calendar": Page(
        N_("The days of a year on which a unit does not work, each with its reason."),
        (
            ("UNIT", N_("the code of a unit on the roll")),
            ("YEAR", N_("2020 to 2100")),
        ),
        "haichieu calendar SONGLAM 2027",
    ),
    "doctor": Page(
        N_(
            "Looks at everything the service needs, a line each: keys, database, lines, limits, files, clock. Changes "
            "nothing. Ends with 1 when something is wrong."
        ),
        example="haichieu doctor",
    ),
    "demo": Page(
        N_(
            "The whole service on this machine, with made-up people: three phones in one browser page. Nothing is sent "
            "anywhere, and nothing is left behind."
        ),
        (
            ("--tour", N_("play the whole story in this window, and check it")),
            ("--port PORT", N_("port of the page; 0 takes any")),
        ),
        "haichieu demo",
    ),
    "import": Page(
        N_(
            "Takes the union's units and people from an Excel workbook: all of it, or nothing and every fault with its row. "
            "The same list can be imported again whenever it changes."
        ),
        (
            ("[FILE]", N_("one workbook, or two CSV files: one of units, one of people")),
            ("--sample FOLDER", N_("write an example list into this folder, to be filled in")),
            ("--check", N_("say what would change, and change nothing")),
            ("--leavers", N_("end the offices of people who are missing from the list")),
            (
                "--same OLD=NEW",
                N_("both staff codes are one person; --same zeros: so are all that differ only by zeros in front"),
            ),
            ("--different OLD=NEW", N_("they are two people")),
        ),
        "haichieu import organisation.xlsx --check",
    ),
    "invites": Page(
        N_(
            "Makes the codes with which people join, shown once and kept nowhere: one for each team, one for each officer; "
            "or one-time slips on paper, to be drawn from a hat."
        ),
        (
            ("--out FILE", N_("write into this file, for your eyes only, and not to the screen")),
            ("--csv", N_("as CSV: code,unit,staff_code,link")),
            ("--unit CODE", N_("only this unit and those below it")),
            ("--slips COUNT", N_("print so many slips for one unit")),
            ("--pdf FILE", N_("where to write the slips")),
            ("--all", N_("also for officers who have joined already")),
            ("--days DAYS", N_("days for which the new codes work; 0 for no end")),
            ("--revoke BATCH", N_("end a printing, for example a sheet that was lost")),
        ),
        "haichieu invites --slips 40 --unit SONGLAM-MAY1 --pdf slips.pdf",
    ),
    "poll": Page(
        N_("What anybody can check of a counted poll, with nothing but what was published."),
        commands=(("verify", _VERIFY),),
        example="haichieu poll verify --help",
    ),
    "poll verify": Page(
        N_(
            "Checks that the list of codes is the one that was published, that every ballot counted has a code, and that "
            "a code is in it. A code tells that its ballot was counted, and proves to nobody what was in it."
        ),
        (
            ("FILE", N_("the list of codes as it was published, one a line")),
            ("--hash NUMBER", N_("the check number (SHA-256) that was published with the results")),
            ("--took-part COUNT", N_("how many took part, as published")),
            ("--mine CODE", N_("a code of one's own: is it in the list?")),
        ),
        "haichieu poll verify codes.txt --hash 3f79bb7b435b05321651daefd374cd21",
    ),
}


def page(reader: Language, command: str) -> str:
    """The page of a command: of `""`, all commands."""
    shown = PAGES[command]
    takes = [(_named(reader, term), reader.gettext(words)) for term, words in shown.takes]
    usage = " ".join(
        ["haichieu", *command.split(), *(_named(reader, "COMMAND") for _ in shown.commands[:1]), *_usage(takes)]
    )
    parts = [usage, textwrap.fill(reader.gettext(shown.says), WIDTH)]
    if shown.commands:
        parts.append(_listed(reader.gettext("Commands:"), [(name, reader.gettext(words)) for name, words in shown.commands]))
    if takes:
        parts.append(_listed(reader.gettext("What it takes:"), takes))
    parts.append(reader.gettext("Example:") + f"\n  {shown.example}")
    if shown.commands:
        path = " ".join([*command.split(), _named(reader, "COMMAND")])
        parts.append(reader.gettext("`haichieu {command} --help` explains a command.", command=path))
    # Each page names the other language, in that language.
    parts.append(reader.gettext("--lang vi: tiếng Việt"))
    return "\n\n".join(parts)


def about(reader: Language, command: str, name: str) -> tuple[str, str]:
    """An option, or with an empty name the argument, as its command's page shows it, and what is said of it there."""
    for term, words in PAGES[command].takes:
        if term.split()[0] == name or not (name or term.startswith("-")):
            return _named(reader, term.strip("[]")), reader.gettext(words)
    return name, ""


def _usage(takes: list[tuple[str, str]]) -> list[str]:
    """The arguments, and that there are options: which stands below."""
    return [term for term, _ in takes if not term.startswith("-")] + ["[--…]" for term, _ in takes if term[0] == "-"][:1]


def _named(reader: Language, term: str) -> str:
    """An option with the names of its values, in the reader's language: `--unit MÃ`."""
    bare = term.strip("[]")
    words = " ".join(reader.gettext(METAVARS[word]) if word in METAVARS else word for word in bare.split())
    return f"[{words}]" if bare != term else words


def _listed(title: str, rows: list[tuple[str, str]]) -> str:
    wide = max(len(term) for term, _ in rows) + 4
    lines = [
        textwrap.fill(words, WIDTH, initial_indent=f"  {term}".ljust(wide), subsequent_indent=" " * wide)
        for term, words in rows
    ]
    return "\n".join([title, *lines])
