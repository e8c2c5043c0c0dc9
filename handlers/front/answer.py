"""One message, from any channel, answered: finds who it is and where they stand, resolves what they meant, takes the next
step of their conversation, and keeps where they stand now.

Taps, typed numbers, labels (with or without accents) and keywords become the same thing here, so one conversation works on
buttons and without.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config import keyboards
from config.i18n import clean
from handlers.broadcasts import overview, reading
from handlers.chat import menu, paging
from handlers.chat.conversation import Again, Conversation, Goes, Invalid, Known, Question, Resumes, Stop, Turn
from handlers.chat.site import Site
from handlers.files import attachments
from handlers.front import case_codes, full_line, parts, rewording, turns, typed, under_way
from handlers.front.capabilities import CONVERSATIONS
from handlers.people import coming_back, upgrading
from handlers.polls import voting
from models.anonymity import intake
from models.messages import chats
from models.messages.message import Inbound
from models.people import accounts, return_codes
from models.people.invites import LENGTH, looks_like_code
from models.store.database import Session
from models.store.ids import is_id, new_id


def take(session: Session, inbound: Inbound, now: datetime, site: Site) -> bool:
    """Answers one message, in one transaction; True when it left something for the clock to do at once. What it raises
    undoes all of it."""
    sender = accounts.Sender(inbound.line, inbound.sender)
    accounts.lock_chat(session, sender)
    with intake.gathered(session, now):
        turn = turns.of(session, inbound, sender, now, site)
        if inbound.kind in ("stopped", "started"):
            if turn.account is not None:
                turn.choose(blocked=inbound.kind == "stopped")
        else:
            if turn.wish("blocked"):
                turn.choose(blocked=False)
            if full_line.is_full(turn):
                full_line.turn_away(turn)
            else:
                turn.state.turned_away = False
                _answer(turn, inbound)
        if turn.joined:
            assert turn.account is not None
            # The guest's chat is over: whoever leaves, or is put out, begins anew there.
            chats.save(session, turn.chat, chats.State(), now)
            turn.chat = chats.joined(turn.chat, turn.account.id)
        # Whatever was done: a turn that leaves no row, or another, would say what it was.
        chats.save(session, turn.chat, turn.state, now)
    return turn.falls_due


def _answer(turn: Turn, inbound: Inbound, *, points: bool = True) -> None:
    """`points`: whether a case is meant that a code or a quotation names, whatever is under way."""
    if inbound.choice is not None:
        _tap(turn, inbound)
        return
    if inbound.kind == "edited":
        if not under_way.edited(turn, inbound) and turn.account is not None:
            rewording.ask(turn, inbound)
        _where_were_we(turn)
        return
    text = clean(inbound.text or "")
    if (text or inbound.files) and under_way.is_left(turn, CONVERSATIONS, text):
        turn.state.run, turn.state.offered = None, []
    try:
        words = _elsewhere(turn, inbound, text) if points and turn.account is not None and not turn.is_claim else text
    except Invalid as problem:
        turn.say(str(problem))
        _where_were_we(turn)
        return
    if words is None:
        return
    text = words
    if inbound.files and not turn.is_claim:  # attachments: handlers/files/attachments.py
        taken = attachments.take(turn, inbound.files, _under_way(turn))
        if not text or (taken and attachments.caption(turn, text, _under_way(turn))):
            _where_were_we(turn)
            return
    if inbound.kind == "unsupported":
        if text and turn.state.run is None:
            turn.chat.in_office = False  # the words begin a grievance: one turn never writes both sides of an officer
        turn.say(attachments.cannot_be_read(turn))
        if not text:
            _ask(turn) if turn.state.run else None
            return
    command, _, rest = text.partition(" ")
    if command.lower() == "/start":
        if not _asks_first(turn, inbound):
            _begin(turn, rest)
    elif (option := typed.option(turn, text, words=_takes_words(turn))) is not None:  # before the words: “English” answers a
        _tap(turn, replace(inbound, choice=option.token))  # question that offers it
    elif (word := typed.word(turn, text)) is not None and not (turn.account is None and word == "menu"):
        if not (word in ("stop", "lang") and _asks_first(turn, inbound)):
            _word(turn, word)
    elif text.startswith("/"):
        if typed.word(turn, text) is None:
            turn.say(turn._("The union does not know that command."))
        _where_were_we(turn)
    elif turn.state.run is not None:
        _typed(turn, text)
    elif turn.account is None:
        _join(turn, text)
    elif turn.is_claim:
        menu.show(turn)
    elif turn.line.is_page and return_codes.looks_like(text):
        menu.show(turn, coming_back.already_here(turn))
    elif upgrading.recognises(turn, text):
        start(turn, "slip", known=upgrading.about(text))
    elif (answered := voting.in_one_line(turn, text)) is not None:
        start(turn, "vote", *answered)
    elif (notice := reading.by_code(turn, text)) is not None:
        start(turn, overview.opening(turn, notice), notice.id)
    elif reading.is_code(text):  # as of a notice that was not for them: nobody learns which codes there are
        menu.show(turn, turn._("This is not open to you, or is over by now."))
    elif (pointer := case_codes.pointed(turn, text, inbound.quoted)).code:
        _about(turn, pointer.code, pointer.words)
    elif keyboards.number(text) is not None:  # a slip of the finger on a list, not the words of a grievance
        turn.say(turn._("Please choose one of these."), turn.state.offered or menu.options(turn))
    elif text:
        turn.chat.in_office = False  # also an officer begins a grievance of their own here
        turn.state.run = chats.Run("file", "", new_id()[:3], asking="text")
        _typed(turn, text)
    else:
        menu.show(turn)


def _elsewhere(turn: Turn, inbound: Inbound, text: str) -> str | None:
    """The words that are left to be answered where one stands; None where they were for a case that their code, or the
    message they reply to, names, or it was asked where they shall go."""
    run = turn.state.run
    pointer = case_codes.pointed(turn, text, inbound.quoted)
    case = case_codes.of(turn, pointer.code) if pointer.code else None
    if run is None:
        if inbound.files and pointer.code:
            return case_codes.begun_with_files(turn, pointer)
        return text
    if run.conversation in under_way.QUESTIONS or run.asking == "pin":
        return text
    notice = reading.by_code(turn, text)
    if case is not None and case.id == run.subject:
        return pointer.words or text
    if case is None and notice is None:
        return text
    if notice is None and pointer.words and _takes_words(turn):
        under_way.ask(turn, under_way.WHICH, under_way.Waiting(inbound, pointer.code))
        _ask(turn)
        return None
    if _asks_first(turn, inbound):
        return None
    turn.state.run, turn.state.offered = None, []
    return case_codes.begun_with_files(turn, pointer) if inbound.files else text


def _asks_first(turn: Turn, message: Inbound) -> bool:
    """Whether something has been written that would be lost to what this message does; it is asked about then."""
    if not under_way.has_draft(turn, CONVERSATIONS):
        return False
    if turn.run.conversation == under_way.DROP and message.text and message.text == under_way.came(turn).text:
        _then(turn, under_way.Then(keep=False, message=message))  # said twice
        return True
    under_way.ask(turn, under_way.DROP, under_way.Waiting(message))
    _ask(turn)
    return True


def _then(turn: Turn, chosen: under_way.Then) -> None:
    state = turn.state
    state.run, state.draft, state.offered = state.draft if chosen.keep else None, None, []
    if chosen.message is None:
        _where_were_we(turn)
    elif not chosen.keep and typed.word(turn, clean(chosen.message.text or "")) == "stop":
        turn.say(turn._("Stopped. Nothing was sent."))
        menu.show(turn)
    else:
        _answer(turn, chosen.message, points=not chosen.keep)


def _under_way(turn: Turn) -> Conversation | None:
    return CONVERSATIONS[turn.state.run.conversation] if turn.state.run is not None else None


def _takes_words(turn: Turn) -> bool:
    run = turn.state.run
    return run is not None and CONVERSATIONS[run.conversation].question(run.asking).is_for_words(turn)


def _about(turn: Turn, code: str, words: str) -> None:
    """A case's code, with or without words for it."""
    try:
        opening = case_codes.opening(turn, code, words) if words else None
    except Invalid as problem:
        turn.say(str(problem))
        _where_were_we(turn)
        return
    if opening is None:
        start(turn, "view" if turn.is_officer else "mine", code)
        return
    start(turn, *opening)


def _begin(turn: Turn, code: str) -> None:
    """/start, with or without the code of an invite link."""
    turn.state.run = None
    if turn.account is not None:
        start(turn, "slip", known=upgrading.about(code)) if upgrading.recognises(turn, code) else menu.show(turn)
        return
    _join(turn, code)


def _join(turn: Turn, code: str) -> None:
    """Asks for a code, unless this may be one."""
    if not (looks_like_code(code) or keyboards.is_spoilt(code, LENGTH) or return_codes.looks_like(code)):
        start(turn, "join")
        return
    turn.state.run = chats.Run("join", "", new_id()[:3], asking="code")
    _typed(turn, code)


def _word(turn: Turn, word: str) -> None:
    if word == "stop":
        if turn.state.run is None:
            turn.say(turn._("There is nothing under way to stop."))
        else:
            turn.state.run, turn.state.offered = None, []
            turn.say(turn._("Stopped. Nothing was sent."))
        menu.show(turn)
    elif word == "menu":
        if not under_way.kept_under_menu(turn, CONVERSATIONS):
            start(turn, "menu")
    elif word == "help" and turn.state.run is not None:  # whoever asks for help has not given up what they were writing
        turn.say(menu.help_text(turn))
        _ask(turn)
    else:
        start(turn, word)


def start(turn: Turn, name: str, subject: str = "", known: Known | None = None, *, beside: bool = False) -> None:
    """Begins a conversation, with this known already, leaving any other; one `beside` what is under way leaves that be."""
    conversation = CONVERSATIONS[name]
    before = turn.state.run if beside else None
    turn.is_beside = before is not None and under_way.has_draft(turn, CONVERSATIONS)
    turn.chat.in_office = conversation.in_office and turn.chat.has_office  # a worker may have an officer's button in hand
    known = known or Known()
    turn.state.run = chats.Run(name, subject, new_id()[:3], dict(known.answers))
    turn.state.run.put(*known.notes)
    turn.state.offered = []
    _ask(turn)
    if turn.state.run is None:
        turn.state.run = before


def _tap(turn: Turn, message: Inbound) -> None:
    """`message`: with the choice that it made, or means."""
    token = message.choice or ""
    parts = token.split(":")
    run = turn.state.run
    if len(parts) != 5 or parts[0] not in CONVERSATIONS:
        _stale(turn)
        return
    name, subject, key, value, nonce = parts
    if subject and not is_id(subject):  # no button of ours; it would come back in the tokens of what is asked next
        _stale(turn)
        return
    if not key:
        begun = CONVERSATIONS[name].begun
        if name == under_way.GO_ON and turn.account is not None:
            _where_were_we(turn)
        elif turn.account is None and name != "join":
            start(turn, "join")
        else:
            beside = under_way.only_shows(turn, CONVERSATIONS[name], value)
            if beside or not _asks_first(turn, replace(message, text=None, quoted="", files=())):
                start(turn, name, subject, begun(turn, subject, value) if begun and value else None, beside=beside)
        return
    if run is None or (name, subject, key, nonce) != (run.conversation, run.subject, run.asking, run.nonce):
        _stale(turn)
    elif not _is_over(turn):
        question = CONVERSATIONS[name].question(key)
        turned = paging.turned(turn, question, value)
        turn.returns = question if turned or paging.switches(turn, question, value) else None
        if turned:
            _go_on(turn)
        elif value not in paging.values(turn, question):
            _stale(turn)
        else:
            _judge(turn, question, value, question.chosen)


def _stale(turn: Turn) -> None:
    turn.say(turn._("That button belongs to an earlier conversation and does nothing now."))
    _where_were_we(turn)


def _where_were_we(turn: Turn) -> None:
    if turn.state.run is not None:
        _ask(turn)
    elif turn.account is None:
        start(turn, "join")
    else:
        menu.show(turn)


def _typed(turn: Turn, text: str) -> None:
    run = turn.run
    if _is_over(turn):
        return
    conversation = CONVERSATIONS[run.conversation]
    text = parts.put_together(turn, text)
    question = conversation.question(run.asking)
    if question.check is None:
        turn.say(turn._("Please choose one of these."))
        turn.asks_again = True
        _ask(turn)
        return
    parts.note(turn, text)
    under_way.note(turn)
    _judge(turn, question, text, question.check)


def _judge(turn: Turn, question: Question, answer: str, check: object) -> None:
    try:
        turn.answers[question.key] = check(turn, answer) if callable(check) else answer
    except Invalid as problem:
        turn.returns, turn.asks_again = None, True
        turn.say(str(problem))
    except Again:
        pass
    except under_way.Then as chosen:
        _then(turn, chosen)
        return
    except Goes as to:
        start(turn, to.name, to.subject, to.known)
        return
    except Stop as reason:
        turn.state.run = None
        if str(reason):
            turn.say(str(reason))
        if turn.account is None:
            turn.chat.state = chats.State()  # whoever said no to joining leaves nothing here
        else:
            _where_were_we(turn)
        return
    _go_on(turn)


def _ask(turn: Turn) -> None:
    """Goes on with the run, where it is still open to this person."""
    if not _is_over(turn):
        _go_on(turn)


def _go_on(turn: Turn) -> None:
    """Asks the first open question of the run; when there is none, the conversation acts and the run is over. Whether it is
    open to this person has been asked in this turn."""
    run, conversation = turn.run, CONVERSATIONS[turn.run.conversation]
    for question in conversation.questions:
        if question.key in run.answers or not question.when(turn):
            continue
        run.asking = question.key
        if question.before is not None:
            question.before(turn)
        said, turn.state.offered = paging.asked_now(turn, question)
        turn.in_place = turn.returns is question
        turn.say(said, turn.state.offered)
        return
    before = len(turn.said)
    try:
        conversation.finish(turn)
    except Goes as to:
        turn.returns = conversation.question(run.asking) if run.asking else None
        start(turn, to.name, to.subject, to.known)
    except Resumes:
        _where_were_we(turn)
    if turn.state.run is run:
        turn.state.run = None
    assert len(turn.said) > before, conversation.name  # everybody is answered


def _is_over(turn: Turn) -> bool:
    """Ends the run, and says so, where it is not open to this person any more: an officer may have lost the role, or the
    case been closed, since the first question."""
    conversation = CONVERSATIONS[turn.run.conversation]
    waits = turn.is_claim and not conversation.for_claims
    if not waits and conversation.opens(turn):
        return False
    turn.state.run = None
    if not waits:
        turn.say(turn._("This is not open to you, or is over by now."))
    menu.show(turn)
    return True
