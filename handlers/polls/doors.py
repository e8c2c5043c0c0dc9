"""What the subject *polls* brings: asking, voting, results. Ballots are no events that are posted one by one: they go
together, or their order would tell (models.polls.ballots, bot.ticking.polls)."""

from __future__ import annotations

from config.i18n import N_
from handlers.chat.conversation import Entry
from handlers.chat.doors import Doors, Made
from handlers.polls import invitations, overview, result_files, results, second_officer, voting, writing
from models.people import rights

_MODULES = (overview, second_officer, writing, invitations, voting, results, result_files)

DOORS = Doors(
    conversations=[conversation for module in _MODULES for conversation in module.CONVERSATIONS],
    menu=[
        Entry("polls_desk", N_("Ask for opinions"), 30, rights.MANAGE_POLL),
        Entry("polls_mine", N_("Give my opinion"), 70),
    ],
    file_rights=[result_files.attached],
    made=[Made(result_files.is_name, result_files.made)],
)
