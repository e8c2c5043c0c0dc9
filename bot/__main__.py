"""`haichieu` and `python -m bot`."""

from bot import cli_invites, cli_people, cli_polls  # noqa: F401 - importing them adds their commands
from bot.cli import app


def main() -> None:
    app()


if __name__ == "__main__":
    main()
