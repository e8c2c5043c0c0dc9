"""What `haichieu demo --tour` tells beside what the phones show: who does what, and where it does not go as it should."""

from __future__ import annotations

from config.i18n import N_, Language

TEXTS = {
    "writes": N_("{name} writes: {words}"),
    "taps": N_("{name} taps: [{label}]"),
    "sees": N_("{name} sees:"),
    "picture": N_("(a chart, {size} KB)"),
    "done": N_(
        "Tour: a grievance was filed, answered, taken further and settled, a notice sent, read and counted, ten opinions "
        "heard without a name; one case went to women's affairs, one climbed; {count} messages read, {seconds} s."
    ),
    "failed": N_("Tour FAILED: {why}."),
    # why
    "answered": N_("{name}: the service answered “{type}”"),
    "not_taken": N_("{name}: the service did not take the message"),
    "no_button": N_("{name}: there is no button [{label}]"),
    "sees_nothing": N_("{name} should see “{words}” and sees nothing"),
    "should_see": N_("{name} should see “{words}”"),
    "sees_too_much": N_("{name} sees what they should not: {words}"),
    "no_file": N_("{name}: there is no file under the message"),
    "file_closed": N_("{name}: the file cannot be opened ({status})"),
    "no_page": N_("the demo page is not served"),
    "team_named": N_("the card names the team of a reporter whose team is too small to be named"),
    "note_read": N_("the worker reads a note that officers wrote for themselves"),
    "votes_hidden": N_("votes that hide in a crowd are not shown"),
    "no_climb": N_("a case that nobody answers does not climb"),
    "no_picture": N_("the picture of the results is none"),
}


def text(reader: Language, what: str, **values: object) -> str:
    return reader.gettext(TEXTS[what], **values)


def failed(reader: Language, what: str, **values: object) -> str:
    return text(reader, "failed", why=text(reader, what, **values))
