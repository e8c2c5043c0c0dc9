"""What commands answer: that something was done, or why it was not and what to do. The words of `haichieu import` are in
handlers/people/roll_words.py."""

from __future__ import annotations

from config.i18n import N_, Language

TEXTS = {
    # how a command was typed
    "no_command": N_("There is no command “{name}”."),
    "no_option": N_("There is no option {name} here."),
    "no_value": N_("{name} needs a value behind it."),
    "missing": N_("{name} is missing: {about}."),
    "bad_value": N_("{name} cannot be what stands there: {about}."),
    "too_much": N_("Something typed here is one word too many."),
    "no_language": N_("--lang: the languages are {known}."),
    "see": N_("`{command} --help` explains it."),
    # what is everywhere needed
    "key_file_missing": N_("The key file {path} is not there; `haichieu keys new` makes one."),
    "key_file_open": N_("The key file {path} can be read by other users; run `chmod 600 {path}`."),
    "key_file_damaged": N_("The key file {path} is damaged; restore it from your safe copy."),
    "database_unusable": N_("HAICHIEU_DATABASE_URL: the database cannot be used ({why}); see `haichieu doctor`."),
    "database_folder": N_("HAICHIEU_DATABASE_URL: its folder cannot be used ({why})."),
    "database_unreachable": N_("HAICHIEU_DATABASE_URL: the database cannot be reached ({why})."),
    "database_older": N_("The database is at version {current} and this program needs {newest}: run `haichieu migrate`."),
    "cannot_listen": N_("{setting}: {place} cannot be opened ({why})."),
    # keys, migrate
    "key_made": N_("{path}: key {number} seals from now on. Keep a copy where the database's backups are not."),
    "migrated": N_("The database was at {before} and is now at {after}."),
    "migrated_first": N_("The database was empty and is now at {after}."),
    # officers
    "confirmed": N_("1 chat confirmed, whose screen shows: {words}. Its holder is told in it."),
    "other_words": N_("None of them shows these words; nobody was confirmed."),
    "which_of_them": N_('Which of them? Ask the officer: haichieu officers confirm {staff_code} --words "FIRST SECOND"'),
    "not_waiting": N_("Nobody with that staff code waits to be confirmed."),
    "no_officer": N_("Nobody with the staff code {staff_code} holds an office."),
    "reissued": N_(
        "{name}: every earlier phone is put out. The new code, shown once: {code}. Give it to them in person; an officer "
        "above, or `haichieu officers confirm`, confirms the chat that joins with it."
    ),
    "nobody_waits": N_("Nobody waits to be confirmed."),
    "until": N_("until {day}"),
    # invites
    "slips_how": N_("Slips are printed for one unit into a file: --slips COUNT --unit CODE --pdf FILE."),
    "how_many_slips": N_("How many slips? --slips COUNT."),
    "no_unit": N_("There is no unit {code}."),
    "no_batch": N_("There is no batch {batch}."),
    "batch_ended": N_(
        "Batch {batch}: {ended} codes no longer work; {used} had been used and stay with those who used them."
    ),
    "no_code_made": N_("{path} cannot be written ({why}); no code was made."),
    "screen": N_("The screen"),
    "screen_letters": N_("its encoding lacks letters; use --out FILE"),
    "slips_made": N_(
        "{path}: {count} slips for {unit}, batch {batch}. If a sheet is lost: haichieu invites --revoke {batch}"
    ),
    "slips_no_address": N_(
        "No address stands on them, since none is set here: with HAICHIEU_WEB__PUBLIC_URL or HAICHIEU_TELEGRAM__NAME they "
        "bear it, and a QR code."
    ),
    "no_headcount": N_(
        "How many people work in {unit} is not known, and there are no more slips than people: fill in its headcount "
        "(“Sĩ số”) in your list and run `haichieu import`."
    ),
    "too_many_slips": N_(
        "{unit} has {headcount} people, and {out} slips are out or used up: {left} more can be printed. End lost ones with "
        "--revoke BATCH, or correct the headcount in your list and run `haichieu import`."
    ),
    "codes_made": N_(
        "Batch {batch}. These codes are shown once and are kept nowhere; `haichieu invites --revoke {batch}` ends them."
    ),
    "codes_ended": N_("{count} officers' codes that were made before and not used no longer work."),
    "joined_already": N_("{count} officers have joined already and get no code; --all makes one for them too."),
    "own_code": N_("(own code)"),
    # calendar
    "calendar_unusable": N_("config/calendar.toml or config/holidays.toml cannot be used ({why})."),
    "rest_days": N_("Rest days in {year} · {unit}"),
    "rest_days_sum": N_("{count} rest days; a day of work has {hours} hours {minutes} minutes."),
    # poll verify
    "list_unreadable": N_("{path} cannot be read ({why})."),
    "list_no_text": N_("{path} is no text in UTF-8."),
    "other_list": N_("The list is not the one that was published: its check number is {number}."),
    "code_twice": N_("The list has a code twice."),
    "other_count": N_("{took_part} took part, and the list has {listed} codes: they should be as many."),
    "not_in_list": N_("That code is not in the list: please tell the union's inspection committee."),
    "as_published": N_("{count} codes, as published."),
    "as_published_with_mine": N_("{count} codes, as published; yours is among them."),
    # demo
    "demo_open": N_("Hai Chiều, to try out: open {address}/demo in a browser. Stop with Ctrl-C."),
    "demo_other_port": N_("Port {port} is taken, perhaps by another `haichieu demo`; this one takes {other}."),
}


def text(reader: Language, what: str, **values: object) -> str:
    return reader.gettext(TEXTS[what], **values)
