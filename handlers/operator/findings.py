"""What the doctor found, in words: what was looked at, whether it is well, and one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from config.i18n import HERE, N_, Language


class Finding(NamedTuple):
    """`what`: one of LOOKED_AT; `says`: one of SAYS, with the `values` that it names."""

    what: str
    well: bool
    says: str
    values: Mapping[str, object] = MappingProxyType({})


LOOKED_AT = {
    "keys": N_("keys"),
    "database": N_("database"),
    "migrations": N_("database version"),
    "quarantine": N_("quarantine"),
    "line": N_("line {line}"),
    "telegram": N_("telegram"),
    "telegram_bot": N_("telegram bot"),
    "telegram_updates": N_("telegram updates"),
    "zalo": N_("zalo"),
    "zalo_bot": N_("zalo bot"),
    "zalo_events": N_("zalo events"),
    "zalo_messages": N_("zalo messages"),
    "zalo_people": N_("zalo people"),
    "routes": N_("routes"),
    "danger": N_("danger"),
    "attachments": N_("attachments"),
    "files_apart": N_("files apart"),
    "web_addresses": N_("web addresses"),
    "metrics": N_("metrics"),
    "clock": N_("clock"),
}
SAYS = {
    "key_seals": N_("{path}, key {number} seals"),
    "key_file_missing": N_("the key file {path} is not there; `haichieu keys new` makes one"),
    "key_file_open": N_("the key file {path} can be read by other users; run `chmod 600 {path}`"),
    "key_file_damaged": N_("the key file {path} is damaged; restore it from your safe copy"),
    "answers_in": N_("{kind} answers in {took} ms"),
    "unreachable": N_("HAICHIEU_DATABASE_URL cannot be reached ({why})"),
    "at_version": N_("at {version}"),
    "still_empty": N_("still empty: `haichieu import` and `haichieu run` make it ready"),
    "other_version": N_("at {version}, needs {newest}: run `haichieu migrate`"),
    "quarantine_empty": N_("empty"),
    "quarantined": N_("{count} messages could not be handled"),
    "hears_nothing": N_("hears nothing, or not all, since {since} ({reason}), says the running service"),
    "cannot_send": N_("cannot send since {since} ({reason}), says the running service"),
    "left_behind": N_("people have joined on it, and no token here is this bot's: nobody there is heard or answered"),
    "not_set": N_("not configured ({setting})"),
    "telegram_address": N_("HAICHIEU_TELEGRAM__API_URL cannot be used ({why})"),
    "telegram_refuses": N_("Telegram refuses HAICHIEU_TELEGRAM__TOKEN"),
    "telegram_silent": N_("Telegram cannot be asked ({why})"),
    "bot_named": N_("{name} ({number})"),
    "bot_answers": N_("answers"),
    "waiting": N_("{count} waiting"),
    "waiting_not_polled": N_("{count} waiting; {setting} is poll, but a webhook is set; starting the service removes it"),
    "waiting_not_pushed": N_("{count} waiting; {setting} is webhook, but no webhook is set at our address"),
    "waiting_after_error": N_("{count} waiting; last error: {error}"),
    "zalo_refuses": N_("Zalo refuses HAICHIEU_ZALO_BOT__TOKEN"),
    "zalo_error": N_("Zalo cannot be asked (error {code})"),
    "zalo_silent": N_("Zalo cannot be asked ({why})"),
    "not_polled": N_("{setting} is poll, but a webhook is set; starting the service removes it"),
    "polled": N_("asked for by polling, which may lose a message at a crash: use a webhook where people rely on it"),
    "not_pushed": N_("{setting} is webhook, but no webhook is set at our address"),
    "pushed": N_("pushed to our webhook"),
    "sent_of": N_("{sent} of {allowed} sent this month"),
    "sent_of_any": N_("{sent} sent this month, of any number"),
    "joined_of": N_("{people} of {most} have joined; Zalo's plan Basic ends at 50, later ones are sent to web chat"),
    "joined_of_any": N_("{people} have joined, of any number; Zalo's plan Basic ends at 50"),
    "route_ends": N_("in {unit} these kinds lead to nobody: {routes}; see config/routes.toml, or put somebody on the roll"),
    "danger_unheard": N_(
        "danger said in {unit} would ring nobody but the team: put an officer of its committee on the roll"
    ),
    "routes_lead": N_("each kind that has a route leads to somebody"),
    "kept_in": N_("kept in {folder}"),
    "not_kept": N_("HAICHIEU_MEDIA_DIR ({folder}) cannot be written ({why})"),
    "no_cleaning": N_("the process that cleans files does not start: every file will be refused"),
    "walls_stand": N_("no file, network or other process can be reached while one is cleaned ({closed})"),
    "walls_stand_without": N_(
        "no file, network or other process can be reached while one is cleaned ({closed}; this machine has no {missing})"
    ),
    "walls_open": N_("{closed}: a file that takes the process over could reach {open}"),
    "walls_open_without": N_(
        "{closed}; this machine has no {missing}: a file that takes the process over could reach {open}"
    ),
    "guests_alike": N_(
        "behind the proxy all guests look alike, so one can use up what all may; HAICHIEU_WEB__PROXIES names it"
    ),
    "metrics_off": N_("off"),
    "metrics_at": N_("at {address}"),
    "metrics_with_token": N_("with the token, at {address}"),
    "it_is": N_("it is {now}, in Vietnam"),
}
_OPEN = {"files": N_("files"), "network": N_("the network"), "processes": N_("other processes")}
_REASONS = {
    "away": N_("the service cannot be had, or answers with faults"),
    "token": N_("it refuses the token"),
    "poller": N_("another program asks for the messages with this token"),
    "webhook": N_("another program has the messages sent elsewhere"),
    "address": N_("it cannot reach HAICHIEU_WEB__PUBLIC_URL"),
}
_CLOSED = {"landlock": "Landlock", "seccomp": "seccomp", "limits": N_("limits"), "": N_("a process of its own")}


def said(reader: Language, finding: Finding) -> str:
    """The sentence of a finding."""
    values = {name: _shown(reader, name, value) for name, value in finding.values.items()}
    return reader.gettext(SAYS[finding.says], **values)


def line(reader: Language, finding: Finding) -> str:
    """A finding as one line of the doctor's: `ok` or `FAULT` first, so that the eye finds it."""
    marks = (reader.gettext("FAULT"), reader.gettext("ok"))
    what = reader.gettext(LOOKED_AT[finding.what], **({"line": finding.values["line"]} if finding.what == "line" else {}))
    return f"{marks[finding.well].ljust(max(map(len, marks)))} {what}: {said(reader, finding)}"


def _shown(reader: Language, name: str, value: object) -> object:
    """Lists of walls are named in the reader's language; numbers are written as there."""
    if isinstance(value, list | tuple):
        names = {**_OPEN, **_CLOSED}
        return ", ".join(reader.gettext(names[one]) if one in names else str(one) for one in value)
    if name == "reason":
        return reader.gettext(_REASONS[str(value)])
    if isinstance(value, datetime):
        return f"{value.astimezone(HERE):%H:%M}, {reader.day(value)}"
    return reader.number(value) if isinstance(value, int) and name not in ("number", "code") else value
