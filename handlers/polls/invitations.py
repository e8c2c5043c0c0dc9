"""What the clock does about a round of a poll: invites whoever may vote, reminds once whoever has not, and tells officers
when it is counted.

Invitations are broadcasts (models.broadcasts.broadcasts, kind "poll"), so they arrive, wait and are counted as notices do;
whoever has voted already is passed over by the lane, and the ledger does not tell them from the rest
(models.broadcasts.ledger_sending).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.i18n import language
from handlers.chat.conversation import Conversation, Turn, open_token
from handlers.chat.unasked import reader_of, tell
from handlers.polls import in_words
from models.broadcasts import broadcasts, ledger
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import POLL, Broadcast, Draft, Words
from models.messages.message import Option, Outgoing
from models.messages.outbox import Letter
from models.people import offices, rights, units
from models.polls import opening, overlap, rounds
from models.polls.polls import SINGLE, SKIP, Poll, content_of
from models.polls.rounds import Round
from models.store import firings
from models.store.database import Session


def audience_of(session: Session, poll: Poll) -> Audience:
    """Whom the poll is for, as far as they may vote."""
    return replace(overlap.rule_of(session, poll), verified=poll.voters == "slips")


def open_round(session: Session, round_id: str, now: datetime) -> bool:
    """Opens it, invites, and plans the next of a repeating poll; all or nothing, once."""
    one = session.get_one(Round, round_id, with_for_update=True)
    if one.state != "planned":
        return False
    poll = session.get_one(Poll, one.poll_id)
    rounds.keep_length(session, one, poll, now)
    opening.open_(session, one, now.date())
    _invite(session, one, poll, now)
    if poll.repeat:
        rounds.plan_next(session, poll, now)
    return True


def _invite(session: Session, one: Round, poll: Poll, now: datetime) -> None:
    content = content_of(session, poll)
    assert poll.author_id is not None
    broadcasts.create(
        session,
        Draft(
            author_id=poll.author_id,
            unit_id=poll.author_unit_id,
            words=Words(dict(content.title), round_id=one.id),
            audience=audience_of(session, poll),
            kind=POLL,
            send_at=now,
        ),
        now,
    )


def invitation(session: Session, row: Broadcast, code: str) -> Outgoing:
    """The message that invites to a round, with its first question (bot.sending.broadcasts)."""
    reader = language(code)
    one = session.get_one(Round, broadcasts.words_of(session, row).round_id)
    poll = session.get_one(Poll, one.poll_id)
    content = content_of(session, poll)
    first = content.questions[0]
    lines = [
        f"🗳 {in_words.words(reader, content.title)} · {units.get(session, poll.author_unit_id).name}",
        in_words.explained(reader, poll),
        reader.gettext("Open until {when}.", when=reader.when(one.closes_at)),
    ]
    options = []
    if first.kind in SINGLE:
        lines.append(in_words.numbered(reader, content, 0) + in_words.words(reader, first.text))
        options = [
            Option(open_token("vote", one.id, str(place)), label)
            for place, label in enumerate(in_words.labels(reader, first))
        ]
    begin = Option(open_token("vote", one.id), reader.gettext("Begin"))
    options.append(Option(open_token("vote", one.id, SKIP), reader.gettext("Skip")) if options else begin)
    return Outgoing(id="", recipient="", text="\n".join(lines), options=tuple(options), language=reader.code)


def invited(turn: Turn) -> Broadcast | None:
    """The invitation this run is about, if it was meant for this person."""
    row = broadcasts.get(turn.session, turn.subject) if turn.account is not None else None
    if row is None or row.kind != POLL or row.state not in broadcasts.SENT:
        return None
    return row if ledger.find(turn.session, row.id, turn.member.person_id) is not None else None


def _see(turn: Turn) -> None:
    """What arrived as “the union has news”."""
    said = invitation(turn.session, turn.thing(Broadcast), turn.language.code)
    turn.say(said.text, said.options)


CONVERSATIONS = (Conversation("see_invitation", _see, about=invited),)


def remind(session: Session, round_id: str, now: datetime) -> bool:
    one = session.get_one(Round, round_id)
    if not one.takes_votes(now) or not firings.claim(session, "remind", one.id, one.closes_at):
        return False
    _invite(session, one, session.get_one(Poll, one.poll_id), now)
    return True


def tell_officers(session: Session, round_id: str, now: datetime) -> bool:
    """The unit's officers hear that it is counted; what they may see of it is asked when they look."""
    one = session.get_one(Round, round_id)
    poll = session.get_one(Poll, one.poll_id)
    if one.state != "counted" or not firings.claim(session, "counted", one.id, one.closes_at):
        return False
    told = {
        account.id: account
        for account, _p, _o in offices.officers_of(session, poll.author_unit_id, now.date(), rights.READ_RESULTS)
    }
    for account in told.values():
        reader = reader_of(session, account)
        title = content_of(session, poll).title
        text = reader.gettext("Comrade, the poll “{title}” is counted.", title=title.get(reader.code) or title["vi"])
        options = [Option(open_token("outcome", one.id), reader.gettext("See the results"))]
        tell(session, account, Letter(text, options=options, in_office=True), now)
    return True
