"""The bot our polls are compared with: the natural first version with python-telegram-bot and SQLModel, nothing tuned.

A row for each answer, kept apart by a unique constraint, in a session of its own; then the tap is answered and the message
edited to the next question, as python-telegram-bot's own inline keyboard examples do. SQLite as SQLAlchemy opens it, whose
rollback journal is synchronous=FULL by default.

`python -m tests.bench.ballot_peer <api url> <directory> <questions>`
"""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, create_engine
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from tests.bench.peers import TOKEN

FILE = "votes.db"
SETTINGS = (
    "python-telegram-bot: ApplicationBuilder defaults (HTTPXRequest, one update at a time), polling; SQLModel, one session\n"
    "  and one INSERT with a unique constraint for each callback, SQLite as create_engine opens it;\n"
    "  answerCallbackQuery, then editMessageText"
)


class Vote(SQLModel, table=True):
    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("voter", "question"),)

    id: int | None = Field(default=None, primary_key=True)
    voter: int
    question: int
    option: int


def _keyboard(question: int) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(str(option), callback_data=f"{question}:{option}") for option in range(1, 6)]
    return InlineKeyboardMarkup([row])


def run(url: str, directory: Path, questions: int) -> None:
    engine = create_engine(f"sqlite:///{directory / FILE}")
    SQLModel.metadata.create_all(engine, [SQLModel.metadata.tables["vote"]])

    async def start(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text("Question 1?", reply_markup=_keyboard(0))

    async def tapped(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None and query.data is not None
        question, option = map(int, query.data.split(":"))
        try:
            with Session(engine) as session:
                session.add(Vote(voter=query.from_user.id, question=question, option=option))
                session.commit()
        except IntegrityError:
            await query.answer("You have answered this already.")
            return
        await query.answer()
        if question + 1 < questions:
            await query.edit_message_text(f"Question {question + 2}?", reply_markup=_keyboard(question + 1))
        else:
            await query.edit_message_text("Thank you.")

    application = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, start))
    application.add_handler(CallbackQueryHandler(tapped))
    application.run_polling()


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
