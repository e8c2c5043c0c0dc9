"""Files and folders for their owner's eyes only (0600, 0700), whatever the umask of the shell says.

Who copies the database, its log or a sheet of slips needs no key to learn what their rows and order tell; another local
account must not be able to. On Windows the rights of the folder say so, and modes say nothing. The command line sets a umask
as well (bot.__main__), for what nobody thought of: this here holds also where the service is started by something else.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_folder(path: Path) -> None:
    """Makes the folder, and those above it that are missing, for their owner only; one that is there stays as it is."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def is_open_to_others(path: Path) -> bool:
    """Whether others may read it, where modes are kept. Windows, and its disks under other systems, say 0666 of every file
    and keep who may read it elsewhere: found out by a file of our own beside it."""
    if not path.stat().st_mode & OPEN_TO_OTHERS:
        return False
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".haichieu-") as probe:  # made 0600
            return not Path(probe.name).stat().st_mode & OPEN_TO_OTHERS
    except OSError:
        return True  # whoever cannot write here is on no such disk of their own


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """Writes the file anew. One that was there and could be read by others is closed to them first."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # a pipe or a terminal is the operator's own affair
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
        yield file
        if not file.closed and stat.S_ISREG(os.fstat(descriptor).st_mode):  # some writers close what they are given
            file.flush()
            os.fsync(descriptor)  # before anybody counts on it


def keep_private(path: Path) -> None:
    """Makes the file where it is missing, and closes one of ours that an earlier version left open to others."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
    except (PermissionError, IsADirectoryError):
        return  # nothing of ours, or no file: whoever opens it next says so
    try:
        found = os.fstat(descriptor)
        ours = hasattr(os, "fchmod") and hasattr(os, "geteuid") and found.st_uid == os.geteuid()
        if ours and found.st_mode & OPEN_TO_OTHERS:
            os.fchmod(descriptor, found.st_mode & ~OPEN_TO_OTHERS & 0o777)
    finally:
        os.close(descriptor)
