"""`haichieu` and `python -m bot`."""

import os

from bot.commands import invites, polls, roll  # noqa: F401 - importing them adds their commands
from bot.commands.main import app


def main() -> None:
    os.umask(0o077)  # what we and our libraries make is for our own eyes (models.store.private_files)
    app()


if __name__ == "__main__":
    main()
