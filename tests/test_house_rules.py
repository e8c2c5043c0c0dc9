"""The rules of the house, kept by machine. Each is shown to bite."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog

from config import settings
from config.i18n import LANGUAGES
from config.tables import table
from handlers.chat.doors import Doors
from handlers.front import capabilities
from handlers.front.capabilities import CONVERSATIONS, ENTRIES, EVENTS
from models import tidying
from models.all_tables import METADATA
from models.anonymity.events import Kind
from tests import catalogs, gate
from tests.stories.channels import CHANNELS

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(path for room in ("bot", "handlers", "models", "config") for path in (ROOT / room).rglob("*.py"))
HANDLERS = [path for path in CODE if "handlers" in path.parts]
LONGEST = 400  # lines; what grows past it splits by noun


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    missing = [name for name in settings.names() if f"`{name}`" not in readme]
    assert not missing


def test_every_table_is_in_the_readme() -> None:
    """What is kept, why, and until when: nothing is kept that nobody is told of."""
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = readme.partition("### What is kept")[2].partition("\n## ")[0]
    first = "".join(line.split("|")[1] for line in rows.splitlines() if line.startswith("| `"))
    named = set(re.findall(r"`(\w+)`", first)) - {"headcount"}
    assert named == set(METADATA.tables)


def test_every_table_says_when_its_rows_go() -> None:
    """A table that is forgotten there would keep its rows for ever without a word."""
    said = [*itertools.chain.from_iterable(tidying.EACH_MINUTE), *tidying.ELSEWHERE, *tidying.KEPT]
    assert sorted(said) == sorted(METADATA.tables), "each table once"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    assert not catalogs.faults(language, catalogs.extracted(), catalogs.read(language))


def test_an_untranslated_sentence_is_noticed() -> None:
    wanted, kept = Catalog(), Catalog()
    wanted.add("Send {code}")
    assert catalogs.faults("vi", wanted, kept)
    kept.add("Send {code}", "Gửi")
    assert "placeholders" in catalogs.faults("vi", wanted, kept)[0]


def sayings(source: str) -> Iterator[tuple[int, str]]:
    """Strings of several words in this code, with their lines: not its docstrings. What an f-string fills in is a letter."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said | parts:
            text = node.value
        else:
            continue
        if re.search(r"[^\W\d_]{2,}[^\w\s]? [^\W\d_]+", text):
            yield node.lineno, text


READ_IN_LISTS = {"roll_headers.py", "roll_sample.py", "roll_table.py"}
"""How a union's own lists head their columns, and an example of one: what is read, not what is said."""


def test_what_commands_say_is_not_written_in_them() -> None:
    """In handlers/operator it is, where words are looked for: a sentence here would be read in English by everybody."""
    commands = [path for path in CODE if path.parent.name == "commands" and path.name not in READ_IN_LISTS]
    others = [ROOT / "bot/__main__.py", *(path for path in CODE if path.name == "doctor.py")]
    found = [
        f"{path.name}, line {line}: {text}"
        for path in [*commands, *others]
        for line, text in sayings(path.read_text("utf-8"))
    ]
    # The demo's story is told in Vietnamese, as its phones show it.
    demo = [(path, *said) for path in CODE if path.parent.name == "demo" for said in sayings(path.read_text("utf-8"))]
    found += [f"{path.name}, line {line}: {text}" for path, line, text in demo if text.isascii() and text[:1] not in "/B"]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        'print("Nothing changed.")',
        'fail(f"There is no unit {code}.")',
        'print(f"{len(rows)} codes", "no longer work")',
        'typer.Option("--all", help="Also for officers.")',
        'typer.Typer(help="Chào anh chị")',
    ],
)
def test_a_sentence_in_a_command_is_noticed(planted: str) -> None:
    assert list(sayings(planted))
    assert not list(sayings('"""What it is for."""\nprint(text("no_unit", code=code), f"{code:<14} {unit}")'))


def test_no_sentence_hides_in_an_f_string() -> None:
    """There words are not looked for (to Babel one is a single token before Python 3.12): nobody would translate it."""
    hidden = re.compile(r"""\bf(["']).*\{[^}]*\b(gettext|N_|_)\((?!\1)["']""")
    assert hidden.search("""f"{reader.gettext('Example:')} {example}\"""")
    assert not [path.name for path in CODE for line in path.read_text("utf-8").splitlines() if hidden.search(line)]


def reachable(begin: set[str], sources: dict[str, str]) -> set[str]:
    """Conversations that can be come to: `sources` maps each to the code that may open others."""
    found, edge = set(begin), set(begin)
    while edge:
        opened = {name for known in edge for name in re.findall(r'(?:open_token|Goes)\(\s*"(\w+)"', sources.get(known, ""))}
        edge = opened - found
        found |= edge
    return found


def test_every_conversation_can_be_reached_from_the_menu() -> None:
    code = {".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text("utf-8") for path in CODE}

    def doors(module: str) -> str:
        """What a conversation may show a way to: its module, and those of its subject that this one builds on."""
        subject = module.rpartition(".")[0]
        beside = re.findall(rf"from {re.escape(subject)} import (.+)", code[module])
        return code[module] + "".join(code[f"{subject}.{name.strip()}"] for line in beside for name in line.split(","))

    # What a chat receives unasked (cards, answers) opens conversations too; it is sent by the clock's door.
    unasked = "".join(
        code[module]
        for module in (
            "handlers.grievances.posting",
            "handlers.chat.unasked",
            "handlers.people.officer_claims",
            "handlers.grievances.case_files",
        )
    )
    finishes = {name: getattr(one.finish, "func", one.finish) for name, one in CONVERSATIONS.items()}  # bound or not
    sources = {name: doors(finish.__module__) + unasked for name, finish in finishes.items()}
    typed = {"drop", "which_case", "edited", "reworded", "slip", "go_on"}  # begun by what is written, not by a button
    begin = {"join", "menu", *typed, *(entry.opens for entry in ENTRIES)}
    assert reachable(begin, sources) == set(CONVERSATIONS)
    assert reachable({"join", "menu", *typed}, sources) != set(CONVERSATIONS), "the check must notice an empty menu"


def test_all_tables_are_all() -> None:
    """Alone in a process: elsewhere some other import may have made a table known. Migrations begin with this module."""
    count = "from models.all_tables import METADATA; print(len(METADATA.tables))"
    alone = subprocess.run([sys.executable, "-c", count], cwd=ROOT, capture_output=True, check=True)
    written = sum(path.read_text("utf-8").count("table=True") for path in CODE if "models" in path.parts)
    assert int(alone.stdout) == written


def test_what_a_button_may_be_about_is_known() -> None:
    """Every button we make can be tapped: one that names a row opens a conversation about one, and only that."""
    made = re.compile(r'open_token\(\s*"(\w+)"(,(?!\s*""))?')
    found = [pair for path in CODE for pair in made.findall(path.read_text("utf-8"))]
    assert {name for name, _ in found} <= set(CONVERSATIONS)
    named = {True: ("one", "any"), False: ("none", "any")}
    assert not [name for name, more in found if CONVERSATIONS[name].takes not in named[bool(more)]]


def test_nothing_asks_which_channel_it_is() -> None:
    asks = re.compile(r"(channel|line|service)\b[^=\n]{0,20}(==|!=|in)\s*[\"'(\[]+(telegram|zalo|webchat|messenger)")
    assert asks.search('if account.channel == "zalo":')
    found = [str(path) for path in CODE if asks.search(path.read_text("utf-8"))]
    assert not found


MOST_PARAMETERS = 6
"""What takes more takes several things that belong together: they are one value with a name, as a Letter is."""
TAKES_MORE = {
    ("bot/channels/telegram/request.py", "do_request"),  # python-telegram-bot's method, which we override
}


def takes_many(source: str) -> list[str]:
    """The functions of this code that have more parameters than that, `self` and `cls` not counted."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            named = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
            if len([name for name in named if name not in ("self", "cls")]) > MOST_PARAMETERS:
                found.append(node.name)
    return found


def test_no_function_takes_more_than_six_things() -> None:
    """Whoever calls it must know each. Those of a command are its options (Typer)."""
    functions = [path for path in CODE if path.parent.name != "commands" and "migrations" not in path.parts]
    found = {(path.relative_to(ROOT).as_posix(), name) for path in functions for name in takes_many(path.read_text("utf-8"))}
    assert found == TAKES_MORE, "a value with a name, or one that is exempt no more"


@pytest.mark.parametrize(
    ("parameters", "many"),
    [
        ("a, b, c, d, e, f", False),
        ("self, a, b, c, d, e, f", False),
        ("a, b, c, d, e, f, g", True),
        ("a, b, c, /, d, e, *, f, g=1", True),
        ("self, a, b, c, d, e, f, *, g", True),
    ],
)
def test_too_many_parameters_are_noticed(parameters: str, many: bool) -> None:
    assert takes_many(f"def f({parameters}): ...") == ["f"] * many
    assert takes_many(f"class A:\n    async def f({parameters}): ...") == ["f"] * many


SAYS_SO = {
    ("handlers/grievances/ladder.py", "_BUTTONS"),  # the counts stand above, and “Cases to handle” has all of them
    ("handlers/people/roll_words.py", "_SHOWN"),  # “… and {count} more”, on the command line
    ("handlers/polls/results.py", "_REMARKS"),  # “and {count} more, in the file of results”
    ("handlers/chat/menu.py", "BUTTONS"),  # “More…” goes through all of them
    ("handlers/grievances/own_cases.py", "_LAST"),  # “Details” has all that was said
    ("handlers/grievances/reviewing.py", "SENDS"),  # the other recipients stand behind “Change, add a name, time…”
}
"""Lists that are cut at a number and say so beside it. All others go by pages (handlers.chat.paging)."""


def cut(source: str) -> list[str]:
    """The numbers, by the constants' names, at which this code cuts a list or asks for no more of it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        bounds: list[ast.expr | None] = []
        if isinstance(node, ast.Slice):
            bounds = [node.lower, node.upper]
        elif isinstance(node, ast.Call):
            bounds = [keyword.value for keyword in node.keywords if keyword.arg in ("most", "limit")]
        names = [name for bound in bounds if bound is not None for name in ast.walk(bound) if isinstance(name, ast.Name)]
        found += [name.id for name in names if re.fullmatch(r"_?[A-Z][A-Z_]+", name.id)]
        if isinstance(node, ast.Call):
            found += [str(one.value) for one in bounds if isinstance(one, ast.Constant)]
    return found


def test_no_list_is_cut_without_a_way_to_the_rest() -> None:
    """Beside tests/stories/front/test_nothing_hidden.py, which walks each list that there is today to its end."""
    code = [path for path in CODE if "handlers" in path.parts and path.name != "paging.py"]
    found = {(str(path.relative_to(ROOT)), name) for path in code for name in cut(path.read_text("utf-8"))}
    assert found == SAYS_SO


@pytest.mark.parametrize(
    "planted", ["rows[:_SHOWN]", "search(words, most=8)", "of_units(own, most=_SHOWN)", "found[-_LAST:]"]
)
def test_a_list_that_is_cut_is_noticed(planted: str) -> None:
    assert cut(planted)


def test_no_file_holds_more_than_one_idea() -> None:
    kept = [path for path in CODE if "migrations" not in path.parts]
    long = {path.name: lines for path in kept if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST}
    assert not long


def test_no_clock_but_one() -> None:
    """Rules are given `now`; a clock is read only where the real one is, and where an operator's command begins."""
    reads = re.compile(r"\b(datetime|date)\.(now|utcnow|today)\(")
    assert reads.search("datetime.now(UTC)")
    found = {path.name for path in CODE if reads.search(path.read_text("utf-8"))}
    assert found <= {"clock.py", "main.py", "doctor.py"}


TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "bench" not in path.relative_to(ROOT).parts]
"""The bench measures parts that no reader of a message ever meets; everything else drives what it is given."""


def test_no_test_measures_time() -> None:
    """It would tell how busy the machine is. What takes how long stands beside something smaller, in tests/bench."""
    measures = re.compile(r"\btime\.(monotonic|perf_counter|process_time|thread_time)(_ns)?\(|from time import")
    assert measures.search("assert time.perf_counter() - began < 5")
    assert not [
        str(path) for path in TESTS if path.name != "test_house_rules.py" and measures.search(path.read_text("utf-8"))
    ]


def test_a_conversation_that_no_story_comes_to_is_noticed() -> None:
    """The gate asks it of a whole run."""
    met = [f"{channel}: join vote" for channel in CHANNELS]
    assert not gate.unmet(met, ["join", "vote"])
    assert gate.unmet(met, ["join", "leave"], {"leave": ["zalo"]}) == ["leave on zalo"]
    assert gate.unmet(met[1:], ["join"]) == [f"join on {CHANNELS[0]}"]
    assert set(gate.ONLY) <= set(CONVERSATIONS)


MEANT_FOR_US = {
    ("os", "_exit"): "the standard library's public name for ending a forked child without its parent's clean-up",
}
BY_NAME = {"setattr", "getattr", "delattr", "hasattr", "attrgetter", "methodcaller", "patch", "object"}
"""Calls that reach an attribute by its name as a string: built in, monkeypatch's, operator's and unittest.mock's."""


def is_private(name: str) -> bool:
    """But for `_`, the translating verb of a turn."""
    return name.startswith("_") and name != "_" and not (name.startswith("__") and name.endswith("__"))


class Classes:
    """What private names classes have made for themselves, by the class's name."""

    def __init__(self, trees: Iterable[ast.AST]) -> None:
        self.own: defaultdict[str, set[str]] = defaultdict(set)
        self.bases: defaultdict[str, set[str]] = defaultdict(set)
        for made in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
            self.bases[made.name] |= {ast.unparse(base).rpartition(".")[2] for base in made.bases}
            for node in made.body:
                given = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
                self.own[made.name] |= {name.id for name in given if isinstance(name, ast.Name)}
                self.own[made.name] |= {node.name} if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else set()
            for node in ast.walk(made):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_own(node):
                    self.own[made.name].add(node.attr)

    def above(self, name: str) -> set[str]:
        """The class and all that it builds on, as far as they are known here."""
        found, edge = {name}, {name}
        while edge := {base for one in edge for base in self.bases[one]} - found:
            found |= edge
        return found


def is_own(node: ast.Attribute) -> bool:
    """`self._x`, `cls._x`, `super()._x`."""
    whose = node.value.func if isinstance(node.value, ast.Call) else node.value
    return isinstance(whose, ast.Name) and whose.id in ("self", "cls", "super")


def reaching(tree: ast.AST, tests: Classes, code: Classes, inside: str = "") -> Iterator[str]:
    """Where this code takes a private name of somebody else's. Its own is what a class of the tests has made, and not what a
    class of the service has that it builds on."""
    for node in ast.iter_child_nodes(tree):
        names: list[str] = []
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            family = tests.above(inside) if inside else set()
            theirs = set().union(*(code.own[one] for base in family for one in code.above(base) if one in code.bases))
            own = is_own(node) and node.attr in set().union(*(tests.own[one] for one in family)) - theirs
            names += [] if own or (ast.unparse(node.value), node.attr) in MEANT_FOR_US else [node.attr]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names += [part for alias in node.names for part in alias.name.split(".")]
            names += (getattr(node, "module", "") or "").split(".")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in BY_NAME:
            given = [*node.args, *(word.value for word in node.keywords)]
            texts = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            names += [part for text in texts for part in text.split(".")]
        yield from (f"line {getattr(node, 'lineno', 0)}: {name}" for name in names if is_private(name))
        yield from reaching(node, tests, code, node.name if isinstance(node, ast.ClassDef) else inside)


def test_no_test_reaches_into_what_is_private() -> None:
    """A test drives what anybody may use: what it must hold in its hands is an argument, as in `Outbox(…, means=…)`. What
    reaches further in proves something of a part that the next change renames, and stands in the way of that change."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in TESTS}
    tests, code = Classes(trees.values()), of_the_service()
    found = [f"{path.relative_to(ROOT)}, {where}" for path, tree in trees.items() for where in reaching(tree, tests, code)]
    assert not found, "\n".join(found)


OWN = "class FakeClock:\n    _made = 1\n    def __init__(self):\n        self._now = 1\n    def _tick(self): ...\n"
REACHES = [
    "first._pacer",
    "first._pacer.take = take",
    "ledgers.writer._threads[0]",
    "from bot.web import _is_loopback",
    "from bot import web, _secret",
    "from bot._web import serve",
    "import bot._web",
    'monkeypatch.setattr(drawing, "_check", None)',
    'monkeypatch.setattr("bot.files.drawing._check", None)',
    'monkeypatch.setattr(target="bot.files.drawing._check", name=None)',
    'setattr(writer, "_threads", [])',
    'getattr(writer, "_threads")',
    'mock.patch.object(Writer, "_work")',
    "clock._FakeClock__now",
    "async def wrapped(self):\n    return self._writer",
    "lambda self: self._full",
    "class Sleeper(Holding):\n    def lasts(self):\n        return self._until",
    "class Sleeper(Holding):\n    def lasts(self):\n        self._until = None",
    "class Sleeper(Holding):\n    def _is_gone(self, holder):\n        return super()._is_gone(holder)",
    "class Person:\n    def looks(self, clock):\n        return clock._now",
    "class Person:\n    def looks(self):\n        return self._never_made",
    "sys._getframe()",
    "os._execvpe()",
]
KEEPS = [
    OWN + "class WallClock(FakeClock):\n    def now(self):\n        return self._now + self._made + super()._tick()",
    "class Reader:\n    @classmethod\n    def of(cls):\n        cls._known = {}\n        return cls._known",
    'turn._("Hello")',
    "os._exit(0)",
    "found.__class__.__name__",
    "def _helper(_row): ...\n_helper(1)",
    'getattr(user, f"{kind}_update")',
    'monkeypatch.setattr("bot.sending.pacing.STEPS", 1)',
    "from __future__ import annotations",
    "for _ in range(3): ...",
]


@pytest.mark.parametrize("planted", REACHES)
def test_whoever_reaches_into_it_is_noticed(planted: str) -> None:
    assert list(reaching_in(planted))


@pytest.mark.parametrize("honest", KEEPS)
def test_whoever_keeps_to_what_is_theirs_is_not(honest: str) -> None:
    assert not list(reaching_in(honest))


def reaching_in(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    return reaching(tree, Classes([tree]), of_the_service())


@cache
def of_the_service() -> Classes:
    return Classes(ast.parse(path.read_text("utf-8")) for path in CODE)


def test_thresholds_are_counted_in_one_place() -> None:
    """From how many people on something is shown, only models/anonymity/counts.py reckons: elsewhere “2 * 5” was untrue as
    soon as a setting changed, and a second officer was told the number that a preview hid."""
    reckons = re.compile(r"\b\d+ \* (5|k|least|threshold|\w+\.(k|threshold))\b|\b(5|k|\w*threshold) \* \d")
    assert reckons.search("count=2 * 5") and reckons.search("size >= 2 * k") and reckons.search("2 * poll.threshold")
    rooms = ("anonymity", "broadcasts", "polls", "grievances", "people")
    kept = [path for path in CODE if path.parts[-2] in rooms and path.name != "counts.py"]
    found = [
        f"{path.name}: {line}" for path in kept for line in path.read_text("utf-8").splitlines() if reckons.search(line)
    ]
    assert not found


def lists_of_roles(source: str) -> list[int]:
    """Lines on which several roles stand together."""
    roles = set(table("roles"))
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            named = {part.value for part in node.elts if isinstance(part, ast.Constant)} & roles
            found += [node.lineno] if len(named) > 1 else []
    return found


def test_who_may_do_what_stands_in_one_table() -> None:
    at = {path.relative_to(ROOT): lists_of_roles(path.read_text("utf-8")) for path in CODE}
    assert {str(path) for path, lines in at.items() if lines} <= {"models/people/rights.py", "bot/demo/union.py"}
    assert lists_of_roles('HANDLERS = ("leader", "chair")') == [1]
    assert not lists_of_roles('ORDER = ("grassroots", "superior", "team")')


def free_keys(source: str) -> list[str]:
    """Keys under which this code keeps, or looks for, something among the answers of a run."""

    def is_answers(node: ast.AST) -> bool:
        return ast.unparse(node).endswith("answers")

    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and is_answers(node.value):
            found.append(node.slice)
        elif isinstance(node, ast.Compare) and is_answers(node.comparators[0]):
            found.append(node.left)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_answers(node.func.value):
            for given in node.args[:1]:
                found += given.keys if isinstance(given, ast.Dict) else [given]
            found += [ast.Constant(word.arg) for word in node.keywords]
    return [one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_only_answers_stand_among_answers() -> None:
    """What else a conversation keeps is a field of a dataclass (models.messages.notes): a free key that is misspelt is found
    by nobody, and fails in a turn."""
    declared = {question.key for one in CONVERSATIONS.values() for question in one.questions}
    found = {f"{path.name}: {key}" for path in HANDLERS for key in free_keys(path.read_text("utf-8")) if key not in declared}
    assert not found
    planted = 'turn.answers["a"]; run.answers.get("b", ""); turn.answers.update({"c": ""}, d=1); "e" in turn.answers'
    assert sorted(free_keys(planted)) == ["a", "b", "c", "d", "e"]


def test_what_a_conversation_does_is_bound_where_it_is_declared() -> None:
    """One `finish` for several looks at what it was given, not at the name of the run: a name that is misspelt would fail in
    a turn. Only the desk that finds conversations by their names reads it, and what makes their buttons."""
    reads = re.compile(r"\brun\.conversation\b")
    assert reads.search("verb = _VERBS[turn.run.conversation]")
    desk = ("front", "chat")
    found = [path.name for path in HANDLERS if path.parent.name not in desk and reads.search(path.read_text("utf-8"))]
    assert not found


def test_every_kind_of_event_is_posted_by_somebody() -> None:
    """What a capability forgets to declare would fail in the night. Two kinds are no capability's: ballots go together, and
    what was taken back is nothing."""
    assert set(EVENTS) == set(get_args(Kind)) - {"ballot", "taken_back"}


def test_two_of_one_name_are_refused() -> None:
    once = Doors(conversations=[CONVERSATIONS["file"]], events={"seen": EVENTS["seen"]})
    for brought in (capabilities.conversations, capabilities.events):
        brought([once])
        with pytest.raises(capabilities.Twice):
            brought([once, once])


def test_every_entry_of_the_menu_opens_something() -> None:
    assert {entry.opens for entry in ENTRIES} <= set(CONVERSATIONS)
    assert [entry.place for entry in ENTRIES] == sorted({entry.place for entry in ENTRIES}), "two at one place"
