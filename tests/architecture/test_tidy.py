"""The repository keeps its own rules, and every rule catches what it is for."""

import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture import rules
from tests.architecture.rules import RULES, Rule, Source

ROOT = Path(__file__).parents[2]
DATA_FOLDERS = {
    "shared/contracts/examples": "one file per event type",
    "docs/decisions": "one file per decision, for ever",
    "deploy/runbooks": "one page per alert",
}
NOBODY_IMPORTS = {
    "deploy/gunicorn.conf.py": "gunicorn reads it",
    "docs/notebooks/does_it_help.py": "analysts run it, and a test of the whole",
    "shared/local/install.py": "`make setup` runs it before there is anything to import",
}
RUN_BY_NAME = ("__init__.py", "__main__.py", "conftest.py")


@cache
def sources() -> list[Source]:
    listed = subprocess.run(  # our own arguments
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],  # noqa: S607 - git of the PATH
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = [path for path in listed.split("\0") if path and (ROOT / path).is_file()]
    contents = ((path, (ROOT / path).read_bytes()) for path in sorted(paths))
    return [Source(path, body.decode()) for path, body in contents if b"\0" not in body]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    broken = [f"{source.path}:{fault}" for source in sources() for fault in rule(source)]

    _must_be_empty(broken)


def test_nine_of_ten_functions_are_short() -> None:
    lengths = sorted(lines for each in sources() for lines in rules.all_function_lines(each))

    assert lengths[int(len(lengths) * 0.9)] <= rules.FUNCTION_LINES_P90


def test_no_folder_is_crowded() -> None:
    folders = Counter(
        str(PurePosixPath(source.path).parent)
        for source in sources()
        if source.name != "__init__.py"
    )
    crowded = {
        folder: files
        for folder, files in folders.items()
        if files > rules.FOLDER_FILES_MAX and folder not in {".", *DATA_FOLDERS}
    }

    assert crowded == {}


def test_no_module_is_dead() -> None:
    wanted = {name for source in sources() for name in rules.imported(source)}
    commands = "\n".join(each.text for each in sources() if _starts_processes(each))
    dead = [
        source.path
        for source in sources()
        if source.is_python and not _is_run(source) and _module(source) not in wanted
        if not re.search(rf"\b{re.escape(_module(source))}\b", commands)
    ]

    _must_be_empty(dead)


def test_every_link_of_a_page_leads_somewhere() -> None:
    lost = [
        f"{source.path}: {target}"
        for source in sources()
        if source.path.endswith(".md")
        for target in rules.links(source)
        if not (ROOT / source.path).parent.joinpath(target).exists()
    ]

    _must_be_empty(lost)


def test_every_exception_is_still_needed() -> None:
    known = {source.path for source in sources()}

    assert [path for path in NOBODY_IMPORTS if path not in known] == []


def _must_be_empty(faults: list[str]) -> None:
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def _is_run(source: Source) -> bool:
    by_name = source.name in RUN_BY_NAME or source.name.startswith("test_")
    return by_name or source.path in NOBODY_IMPORTS


def _starts_processes(source: Source) -> bool:
    """Where `python -m <module>` may stand."""
    return source.name == "Makefile" or source.path.endswith((".yml", ".yaml"))


def _module(source: Source) -> str:
    return source.path.removesuffix(".py").replace("/", ".")


# ---- the rules themselves --------------------------------------------------------------------

BAD: dict[str, tuple[Rule, str, str]] = {
    "a long function": (
        rules.functions_are_short,
        "shared/a.py",
        "def f() -> None:\n" + "    f()\n" * 40,
    ),
    "a long coroutine": (
        rules.functions_are_short,
        "shared/a.py",
        "async def f() -> None:\n" + "    f()\n" * 40,
    ),
    "four levels": (
        rules.nesting_is_shallow,
        "shared/a.py",
        "def f():\n for a in b:\n  if a:\n   try:\n    with a: a()\n   except E: pass\n",
    ),
    "four levels in an else": (
        rules.nesting_is_shallow,
        "shared/a.py",
        "def f():\n if a:\n  f()\n else:\n  for a in b:\n   while a:\n    if a: a()\n",
    ),
    "a long file": (rules.files_are_short, "shared/a.py", "a = 1\n" * 401),
    "a long domain file": (rules.files_are_short, "services/x/domain/a.py", "a = 1\n" * 251),
    "a long line": (rules.lines_are_short, "shared/a.py", "a" * 101),
    "utils": (rules.names_say_what_is_inside, "shared/utils.py", ""),
    "a folder of helpers": (rules.names_say_what_is_inside, "shared/helpers/a.py", ""),
    "no docstring": (rules.modules_say_why_they_exist, "shared/a.py", "a = 1\n"),
    "a long docstring": (
        rules.modules_say_why_they_exist,
        "shared/a.py",
        '"""' + "a\n" * 6 + '"""',
    ),
    "two titles": (rules.pages_have_one_title, "docs/a.md", "# A\n\n# B\n"),
    "no title": (rules.pages_have_one_title, "docs/a.md", "## A\n"),
    "a title later": (rules.pages_have_one_title, "docs/a.md", "Hello\n# A\n"),
    "unfinished": (rules.nothing_is_unfinished, "Makefile", "# TO" + "DO: more"),
    "broken": (rules.nothing_is_unfinished, "shared/a.py", "# FIX" + "ME"),
    "somebody's home": (rules.no_path_is_of_one_machine, "docs/a.md", "see /ho" + "me/me/kap"),
    "the machine it was made on": (rules.no_path_is_of_one_machine, "a.py", "'/wo" + "rk/main'"),
    "a registry": (rules.no_registry_is_named, "a.txt", "--index-url https://py" + "pi.org/simple"),
    "another registry": (rules.no_registry_is_named, "a.json", "registry.npm" + "js.org"),
    "another lock": (rules.no_foreign_lock_file, "uv.lock", ""),
    "a stray file": (rules.the_top_level_is_known, "notes.txt", ""),
    "a stray folder": (rules.the_top_level_is_known, "scripts/run.sh", ""),
}
GOOD: dict[str, tuple[Rule, str, str]] = {
    "a function of the longest kind": (
        rules.functions_are_short,
        "shared/a.py",
        'def f() -> None:\n    """Why."""\n' + "    f()\n" * 39,
    ),
    "a ladder of elifs": (
        rules.nesting_is_shallow,
        "shared/a.py",
        "def f():\n if a: f()\n elif b: f()\n elif c: f()\n elif d: f()\n elif e: f()\n",
    ),
    "a function in a function": (
        rules.nesting_is_shallow,
        "shared/a.py",
        "def f():\n for a in b:\n  if a:\n   def g():\n    if a:\n     if b: g()\n",
    ),
    "a hash in a code block": (
        rules.pages_have_one_title,
        "docs/a.md",
        "# A\n\n```\n# not a title\n```\n",
    ),
    "a path within a URL": (rules.no_path_is_of_one_machine, "a.md", "x.example/ho" + "me/page"),
    "a dot-file": (rules.the_top_level_is_known, ".editorconfig", ""),
}


@pytest.mark.parametrize(("rule", "path", "text"), BAD.values(), ids=BAD)
def test_a_rule_catches_what_it_is_for(rule: Rule, path: str, text: str) -> None:
    [fault] = rule(Source(path, text))

    assert fault.partition(":")[0].isdigit()


@pytest.mark.parametrize(("rule", "path", "text"), GOOD.values(), ids=GOOD)
def test_a_rule_lets_pass_what_is_fine(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []


def test_every_rule_has_a_bad_snippet() -> None:
    assert {rule for rule, _, _ in BAD.values()} == set(RULES)


def test_a_link_is_read_without_its_anchor_and_not_from_code() -> None:
    page = Source("a.md", "# A\n[b](b.md#c) [web](https://x.example) [top](#a)\n```\n[c](d)\n```\n")

    assert rules.links(page) == ["b.md"]


def test_an_import_names_the_module_however_it_is_written() -> None:
    source = Source("a.py", "import a.b\nfrom c.d import e\n")

    assert rules.imported(source) == {"a.b", "c.d", "c.d.e"}
