"""`haichieu` and `python -m bot`."""

import io
import os
import sys

from bot.commands import calendar, invites, polls, roll  # noqa: F401 - importing them adds their commands
from bot.commands.main import app


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # the tables of Windows have no letters for half of what is said here
    os.umask(0o077)  # what we and our libraries make is for our own eyes (models.store.private_files)
    app()


if __name__ == "__main__":
    main()
