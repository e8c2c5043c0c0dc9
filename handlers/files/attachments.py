"""Photos, documents and voice: taken with words to the union, and with its answers. Who sees them in a case is
handlers.grievances.case_files.

Words come first: a file alone begins a grievance that then asks for them. What arrives is only noted in the turn and fetched
after it (models.files.to_fetch), so the answer is "being fetched", and the review says how far each file is. Sending does
not wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from config.i18n import N_, Language, language
from handlers.chat.conversation import LONGEST, Conversation, Turn
from models.files import attachments, to_fetch
from models.files.attachments import LIMITS, Enclosed, Fate
from models.files.to_fetch import Wanted
from models.messages import outbox
from models.messages.chats import Run
from models.messages.message import File, FileKind
from models.messages.notes import note
from models.messages.outbox import Letter
from models.people import wishes
from models.store.database import Session
from models.store.ids import new_id


@dataclass(frozen=True, slots=True)
class Drafted:
    """A file that came with what is under way."""

    id: str
    kind: FileKind


@note
@dataclass(slots=True)
class Enclosing:
    """What goes with the words of this run."""

    files: list[Drafted] = field(default_factory=list)


_LABELS = {"photo": N_("photo {number}"), "document": N_("document {number}"), "voice": N_("voice message {number}")}
_STATES = {
    "fetching": N_("being fetched"),
    "kept": N_("received"),
    "refused": N_("cannot be used"),
    "lost": N_("could not be fetched"),
}
_WHY = {
    "not_a_photo": N_("it is not a photo that can be opened"),
    "not_a_voice": N_("it is not a voice message that can be opened"),
    "unknown": N_("it is a kind of file the union cannot take"),
    "macros": N_("it holds a program (a macro)"),
    "locked": N_("it is locked with a password"),
    "damaged": N_("it is damaged"),
    "large": N_("it is too large"),
    "long": N_("it has too many pages"),
    "old": N_("it was made by a Word or Excel from before 2007"),
    "foreign": N_("it is a picture that only some phones can open (HEIC)"),
    "many": N_("you have sent very many files today"),
    "": N_("the chat service did not hand it over"),
}
_SCREENSHOT = N_("You can take a screenshot of the part that matters and send it as a photo.")
_INSTEAD = {
    **dict.fromkeys(("unknown", "macros", "locked", "damaged", "long", "old", "foreign"), _SCREENSHOT),
    "many": N_("Please send the rest tomorrow; words can be sent at any time."),
    "not_a_voice": N_("You can record it anew in the chat, or write it down."),
}
"""What to do instead; for everything else, what can be sent."""


def label(reader: Language, kind: str, number: int) -> str:
    return reader.gettext(_LABELS[kind], number=number)


def take(turn: Turn, files: Sequence[File], under_way: Conversation | None) -> bool:
    """Notes files that came with this message; False when they cannot go with what is under way, which is said."""
    if turn.account is None or (under_way is not None and not under_way.takes_files):
        turn.say(
            turn._("Files cannot go with this, comrade. Please write it in words.")
            if turn.chat.in_office
            else turn._(
                "Files go only with a grievance: after joining, choose “Send a grievance”, then send the file again."
            )
        )
        return False
    if under_way is None:
        turn.chat.in_office = False
        turn.state.run, turn.state.offered = Run("file", "", new_id()[:3], asking="text"), []
    for file in files:
        _take_one(turn, file)
    return True


def _take_one(turn: Turn, file: File) -> None:
    these = turn.notes(Enclosing).files
    if file.size > LIMITS[file.kind]:
        turn.say(turn._("That file is larger than {size} MB, which is too large here. {what}", size=LIMITS[file.kind] >> 20,
                        what=what_can_be_sent(turn.language)))  # fmt: skip
        return
    if len(these) >= attachments.MOST:
        turn.say(turn._("At most {count} files can go with one message; this one was not taken.", count=attachments.MOST))
        return
    number = 1 + sum(one.kind == file.kind for one in these)
    origin = to_fetch.Origin(turn.sender, turn.member.id, turn.language.code)
    attachment_id = to_fetch.ask(turn.session, origin, file, number, turn.now)
    these.append(Drafted(attachment_id, file.kind))
    turn.say(capital(turn._("{file}: being fetched.", file=label(turn.language, file.kind, number))))


def caption(turn: Turn, text: str, under_way: Conversation | None) -> bool:
    """Words that came with a file after the words of the draft were written: they are added to these. False where they are
    the answer to the question at hand, as with any message."""
    if under_way is None or not under_way.takes_files or "text" not in turn.answers:
        return False
    run = turn.run
    whole = f"{run.answers['text']}\n{text}"
    if len(whole) > LONGEST:
        turn.say(turn._("That is longer than 4,000 characters. Please send it in several parts."))
    else:
        run.answers["text"] = whole
    return True


def are_with(run: Run) -> bool:
    """Whether any came with what is under way there."""
    return bool(run.notes(Enclosing).files)


def drafted(turn: Turn) -> list[dict[str, str]]:
    """What came with the words at hand, as events and notices carry it: id and kind."""
    return [asdict(one) for one in turn.notes(Enclosing).files]


def keep(turn: Turn) -> None:
    """The draft lives on: so do its files. Before each look at it."""
    if these := drafted(turn):
        to_fetch.keep(turn.session, [one["id"] for one in these], turn.now)


def review(turn: Turn) -> list[str]:
    """What the worker reads about their files before sending; nothing when there are none."""
    these = drafted(turn)
    if not these:
        return []
    found = attachments.numbered(turn.session, these)
    lines = [turn._("With it: {files}.", files=with_states(turn.language, found))]
    kinds = {one.kind for one in found}
    if "photo" in kinds:
        lines.append(turn._("Place, time and phone are taken out of a photo; what can be seen in it stays."))
    if "document" in kinds:
        lines.append(turn._("A document is made anew: author, comments and hidden parts stay out; what can be read stays."))
    return [*lines, *filter(None, (voice_warning(turn),))]


def voice_warning(turn: Turn) -> str:
    """What a worker reads who sends a voice; empty where none goes with it."""
    if turn.chat.in_office or not any(one.kind == "voice" for one in turn.notes(Enclosing).files):
        return ""
    return turn._("A voice is known by those who know it: who hears it may recognise you. Written words are safer.")


def going(turn: Turn) -> Sequence[Mapping[str, str]]:
    """What goes with the words of this draft: all but what turned out to be nothing."""
    these = drafted(turn)
    known = attachments.fates(turn.session, [one["id"] for one in these])
    return [one for one in these if known.get(one["id"], Fate("fetching", "photo")).state in ("fetching", "kept")]


def sent(turn: Turn) -> Sequence[Mapping[str, str]]:
    """The same, and from now on it is the case's."""
    these = going(turn)
    to_fetch.sent(turn.session, [one["id"] for one in these])
    return these


def failed(session: Session, wanted: Wanted, fate: Fate, now: datetime) -> None:
    """Tells the worker, who waits for it, that a file could not be had or kept. Nobody who has left meanwhile."""
    account = wishes.find(session, wanted.sender)
    if account is None or account.id != wanted.account_id or wishes.is_blocked(session, account):
        return
    reader = language(wanted.language)
    about = {"file": capital(label(reader, wanted.kind, wanted.number)), "why": reader.gettext(_WHY[fate.why])}
    instead = reader.gettext(_INSTEAD[fate.why]) + "\n" if fate.why in _INSTEAD else ""
    text = reader.gettext("{file} was not taken: {why}.", **about) + "\n\n" + instead + what_can_be_sent(reader)
    outbox.queue(session, wanted.sender, Letter(text, language=reader.code), now)


def what_can_be_sent(reader: Language) -> str:
    sizes = {kind: LIMITS[kind] >> 20 for kind in LIMITS}
    return reader.gettext(
        "The union can take photos (up to {photo} MB), PDF, Word, Excel and text files (up to {document} MB) and voice "
        "messages (up to {voice} MB).",
        **sizes,
    )


def cannot_be_read(turn: Turn) -> str:
    """What is said of a sticker, a video, a kind of tomorrow; whoever has joined is told what can be sent."""
    cannot = turn._("The union cannot read stickers, videos, lists and links here. Please write it in words.")
    return f"{cannot}\n\n{what_can_be_sent(turn.language)}" if turn.account is not None else cannot


def link_page(reader: Language, name: str) -> dict[str, str]:
    """What stands on the page behind a link: before the file is opened (“ask”), and when there is nothing to open."""
    if name == "ask":
        words = reader.gettext("This link opens one file of a case, once. The file is shown on this phone only.")
        return {"title": reader.gettext("A file for the union"), "words": words, "button": reader.gettext("Open the file")}
    words = reader.gettext("This link was used, or its 2 minutes are over. Please choose “See files” in the chat again.")
    return {"title": reader.gettext("This link opens nothing now"), "words": words}


def with_states(reader: Language, found: Sequence[Enclosed]) -> str:
    return ", ".join(f"{label(reader, one.kind, one.number)} ({reader.gettext(_STATES[one.fate.state])})" for one in found)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
