"""Why a file or an address could not be used: what the system says of it is in the system's language, or in English."""

from __future__ import annotations

import errno
import os

from config.i18n import N_, Language

_CAUSES = {
    errno.ENOENT: N_("it is not there"),
    errno.EACCES: N_("it is not allowed"),
    errno.EPERM: N_("it is not allowed"),
    errno.EEXIST: N_("something of this name is there already"),
    errno.EISDIR: N_("it is a folder"),
    errno.ENOTDIR: N_("part of its path is no folder"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EROFS: N_("nothing can be written there"),
    errno.EPIPE: N_("nobody reads it any more"),
    errno.EADDRINUSE: N_("another program uses it"),
    errno.EADDRNOTAVAIL: N_("it is not an address of this machine"),
}


def cause(reader: Language, number: int | None) -> str:
    """`number` is an OSError's errno. What is not known here is said as the system says it."""
    if number in _CAUSES:
        return reader.gettext(_CAUSES[number])
    return os.strerror(number) if number else "?"
