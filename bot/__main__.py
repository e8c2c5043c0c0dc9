"""`haichieu` and `python -m bot`."""

from bot import cli_people  # noqa: F401 - importing it adds its commands
from bot.cli import app


def main() -> None:
    app()


if __name__ == "__main__":
    main()
