"""The words of a printed slip: what it is, how to use it, that the employer sees nothing, how else to reach the union."""

from __future__ import annotations

from config.i18n import Language


def words(reader: Language, unit: str, address: str) -> dict[str, str | list[str]]:
    """What every slip of a printing says. `address` is where the chat is, without the code; empty when not known here."""
    how = [
        reader.gettext("Scan the square with your own phone, or open {address}.", address=address)
        if address
        else reader.gettext("On your own phone, open the union's chat; your union team says where it is."),
        reader.gettext("Write the code of this slip there. It works once, for one person."),
        reader.gettext("Read the card, choose “{agree}”, and write to the union.", agree=reader.gettext("I agree")),
    ]
    return {
        "title": reader.gettext("The union listens"),
        "what": reader.gettext("Tell the union what is wrong at work, by name or anonymously, and be answered."),
        "unit": unit,
        "code_label": reader.gettext("Joining code"),
        "how": how,
        "employer": reader.gettext("The company has no account and sees nothing. No name is written down with this slip."),
        "otherwise": reader.gettext("No phone? Speak with your union team leader, or come to the union office."),
    }
