"""`haichieu` and `python -m bot`."""

from bot.commands import invites, polls, roll  # noqa: F401 - importing them adds their commands
from bot.commands.main import app


def main() -> None:
    app()


if __name__ == "__main__":
    main()
