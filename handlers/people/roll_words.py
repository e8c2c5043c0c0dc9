"""The words of `haichieu import`: what is wrong with a list, what has to be answered, what would be written."""

from __future__ import annotations

from collections.abc import Sequence

from config.i18n import N_, Language
from handlers.chat.words import role_name
from handlers.operator.causes import cause
from models.people.roll import Fault
from models.people.roll_import import Ending
from models.people.roll_same import Question

FAULTS = {
    # a file
    "cannot_be_read": N_("cannot be read ({why})"),
    "too_many_files": N_("is one file too many: give one workbook, or one CSV file of units and one of people"),
    "no_workbook": N_("is not an Excel workbook (.xlsx), or is damaged; save it anew as .xlsx, or as CSV UTF-8"),
    "locked": N_(
        "is locked with a password; open it in Excel, take the password off (File, Info, Protect Workbook), save it"
    ),
    "old_excel": N_("is of the old kind .xls, whatever it is called; open it in Excel and save it as .xlsx"),
    "other_workbook": N_("is a workbook of another kind (.xlsb, .ods, .numbers); save it as .xlsx"),
    "web_page": N_("is a web page that was called a workbook; open it in Excel and save it as .xlsx"),
    "no_sheets": N_("has no sheets “units” and “people” (its sheets: {titles})"),
    "no_encoding": N_("is text in an encoding that is not known; in Excel choose “CSV UTF-8” when saving"),
    "no_csv": N_("is not a CSV file ({why})"),
    "no_list": N_("this list is missing"),
    "second_list": N_("is a second list of {sheet}"),
    "too_many_rows": N_("has more than {most} rows"),
    "empty": N_("is empty"),
    "no_headers": N_("is neither a list of units nor of people: its headers are not known"),
    "no_column": N_("has no column {fields}"),
    "no_rows": N_("has headers but no rows"),
    # a cell
    "error": N_("{field} shows an error of Excel ({shown}); please mend the formula or type what it should be"),
    "no_value": N_("{field} is a formula whose result was not saved; open the file in Excel, save it, and try again"),
    "formula": N_("{field} is a formula; please put the plain text there"),
    "date": N_("{field} was made a date by Excel; make the cell text and type it anew"),
    "truth": N_("{field} is {shown}, which is neither text nor a number"),
    "too_long": N_("{field} {shown} has more digits than Excel keeps of a number; make the cell text and type it anew"),
    "damaged": N_("{field} “{shown}” has lost letters, or is in a font's own letters; please type it anew"),
    "doubtful": N_(
        "{field} “{shown}” may be meant so or be in an old font's letters, as others of this list are; type it anew"
    ),
    # what the cells mean
    "missing": N_("the {field} is missing"),
    "code_form": N_("the {field} {shown} should be up to 32 letters, digits, dots, dashes or strokes"),
    "name_form": N_("the name {shown} has no letters"),
    "name_long": N_("the name is longer than {most} characters"),
    "unknown": N_("{field} “{shown}” is not one of: {known}"),
    "unit_twice": N_("the code {code} stands in row {first} already"),
    "person_twice": N_("the staff code {code} stands in row {first} already"),
    "no_parent": N_("there is no unit {parent} for it to belong to"),
    "circle": N_("{code} belongs to itself, through {parent}"),
    "no_unit": N_("there is no unit {unit}"),
    "headcount_form": N_("the headcount {shown} should be a number of people"),
    "language_unknown": N_("the language {shown} is not one of: {known}"),
    # answers that cannot be
    "same_not_listed": N_("{old}={new}: {new} is not in the list."),
    "same_not_on_roll": N_("{old}={new}: {old} is not on the roll."),
    "same_twice": N_("one old code cannot become two new ones."),
    # no faults
    "left_out": N_("left out as no row of the table: {text}"),
    "repaired": N_("“{was}” is read as “{text}” ({table})"),
}
FIELDS = {
    "code": N_("code"),
    "staff_code": N_("staff_code"),
    "name": N_("name"),
    "kind": N_("kind"),
    "parent": N_("parent"),
    "headcount": N_("headcount"),
    "sector": N_("sector"),
    "unit": N_("unit"),
    "role": N_("role"),
    "language": N_("language"),
}
_SHEETS = {"units": N_("units"), "people": N_("people")}
TEXTS = {
    "which_file": N_("Which file? `haichieu import --sample DIR` writes an example."),
    "not_written": N_("{path} cannot be written ({why})."),
    "pair": N_("{text}: should be two staff codes, the old one first: OLD=NEW."),
    "answer_first": N_("Nothing was changed: please answer these, with the options named, and run it again."),
    "one_person": N_("Is it one person? Reporters may have passed them over."),
    "all_zeros": N_("--same zeros answers yes wherever only zeros in front differ and the names are the same."),
    "compared": N_("{done} of {total} people compared"),
    "nothing_would": N_("Nothing would change."),
    "nothing_did": N_("Nothing changed: the list says what is here already."),
    "checked": N_("Nothing was written (--check). Run it without --check to write this."),
    "left_out": N_("Left out as no rows of the table:"),
    "repaired": N_("Letters put right; look whether they are:"),
    "names": N_("Look at the names before they are written:"),
    "first": N_("first"),
    "last": N_("last"),
    "shortest": N_("shortest"),
    "strangest": N_("strangest"),
    "ends": N_("Offices that end:"),
    "missing_ends": N_("Offices of those who are missing from the list:"),
}
_CHANGES = {
    "new_units": N_("new units"),
    "moved": N_("units moved"),
    "renamed": N_("units renamed"),
    "other_units": N_("units with another kind or sector"),
    "recounted": N_("units with another headcount"),
    "new_people": N_("new people"),
    "changed_people": N_("people changed"),
    "recoded": N_("people under another code"),
}
_SHOWN = 20


def text(reader: Language, what: str, **values: object) -> str:
    return reader.gettext(TEXTS[what], **values)


def fault(reader: Language, one: Fault) -> str:
    """A fault with its place, in one line."""
    values = dict(one.values)
    if one.what == "cannot_be_read":
        values["why"] = cause(reader, int(str(one.values["errno"])))
    if "field" in values:
        values["field"] = reader.gettext(FIELDS[str(values["field"])])
    if isinstance(fields := values.get("fields"), list):
        values["fields"] = ", ".join(reader.gettext(FIELDS[key]) for key in fields)
    if "sheet" in values:
        values["sheet"] = _sheet(reader, str(values["sheet"]))
    if isinstance(most := values.get("most"), int):
        values["most"] = reader.number(most)
    reason = reader.gettext(FAULTS[one.what]).format(**values)
    sheet = _sheet(reader, one.sheet)
    if one.row:
        return reader.gettext("{sheet}, row {row}: {reason}", sheet=sheet, row=one.row, reason=reason)
    return f"{sheet}: {reason}"


def _sheet(reader: Language, sheet: str) -> str:
    return reader.gettext(_SHEETS[sheet]) if sheet in _SHEETS else sheet


def refused(reader: Language, count: int) -> str:
    return reader.ngettext("{count} fault; nothing was changed.", "{count} faults; nothing was changed.", count)


def question(reader: Language, one: Question) -> str:
    """A question with the options that answer it."""
    values = {"name": one.name, "old": one.old, "new": one.new, "old_unit": one.old_unit, "new_unit": one.new_unit}
    values["old_name"] = one.old_name
    if one.why == "unit":
        return reader.gettext(
            "{name}: the unit {new} differs from {old} only by zeros in front. Mend the code, or --different {old}={new}",
            **values,
        )
    if one.why == "listed":
        return reader.gettext(
            "{old} ({old_name}) and {new} ({name}) in the list differ only by zeros in front. Take one out, or "
            "--different {old}={new}",
            **values,
        )
    if one.why == "zeros":
        return reader.gettext(
            "{new} ({name}, {new_unit}) in the list differs only by zeros in front from {old} ({old_name}, {old_unit}) on "
            "the roll: --same {old}={new} or --different {old}={new}",
            **values,
        )
    return reader.gettext(
        "{name}: {old} ({old_unit}) on the roll, {new} ({new_unit}) in the list: --same {old}={new} or --different "
        "{old}={new}",
        **values,
    )


def change(reader: Language, what: str, codes: Sequence[str]) -> str:
    """How many there are of one kind of change, with the first codes."""
    return f"{len(codes)} {reader.gettext(_CHANGES[what])}: {first(reader, codes)}"


def missing(reader: Language, codes: Sequence[str], *, leavers: bool) -> str:
    values = {"count": len(codes), "codes": first(reader, codes)}
    if leavers:
        return reader.gettext(
            "{count} people of these units are on the roll but not in the list (their offices end today): {codes}", **values
        )
    return reader.gettext(
        "{count} people of these units are on the roll but not in the list (nothing was done about them; --leavers ends "
        "their offices): {codes}",
        **values,
    )


def first(reader: Language, codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:_SHOWN])
    return reader.gettext("{codes} and {count} more", codes=shown, count=len(codes) - _SHOWN) if codes[_SHOWN:] else shown


def ending(reader: Language, one: Ending) -> str:
    return f"{one.staff_code} – {one.name}: {role_name(reader, one.role)}, {one.unit}"


def counted(reader: Language, units: int, people: int, offices: int) -> str:
    return reader.gettext(
        "{units} units and {people} people read, {offices} of them with an office.",
        units=units,
        people=people,
        offices=offices,
    )
