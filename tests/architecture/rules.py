"""Our taste as code: each rule takes one file's path and text and says what is wrong, and where.

Limits are the design's, section 2. An exception stands beside its rule with its reason.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import TypeVar

FUNCTION_LINES_MAX, FUNCTION_LINES_P90 = 40, 25
FILE_LINES_MAX, DOMAIN_FILE_LINES_MAX = 400, 250
FOLDER_FILES_MAX = 10
LINE_MAX = 100
NESTING_MAX = 3
DOCSTRING_LINES_MAX = 5
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
TOP_LEVEL = {
    *("services", "shared", "deploy", "tests", "docs"),
    *("docker-compose.yml", "Makefile", "README.md", "pyproject.toml", "CHANGELOG.md", "LICENSE"),
}
FOREIGN_LOCKS = {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock"}
# Written in two halves, so that this file keeps its own rules.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
OWN_MACHINE = re.compile(r"(?<![\w.}-])/(?:ho" + r"me|ro" + r"ot|wo" + r"rk|Us" + r"ers)/\w")
REGISTRIES = re.compile(
    r"py" + r"pi\.org|python" + r"hosted\.org|npm" + r"js\.(?:org|com)|ma" + r"ven\.(?:org|apache)"
)
_NESTS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_N = TypeVar("_N", bound=ast.AST)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Source:
    """One file of the repository. `path` is relative to its root."""

    path: str
    text: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    def tree(self) -> ast.Module:
        return _parsed(self.text)


Rule = Callable[[Source], Iterator[str]]


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def functions_are_short(source: Source) -> Iterator[str]:
    for function in _all(source, ast.FunctionDef) + _all(source, ast.AsyncFunctionDef):
        if (lines := function_lines(function)) > FUNCTION_LINES_MAX:
            yield f"{function.lineno}: {function.name} has {lines} lines, use several functions"


def nesting_is_shallow(source: Source) -> Iterator[str]:
    for function in _all(source, ast.FunctionDef) + _all(source, ast.AsyncFunctionDef):
        if (depth := _depth(function.body)) > NESTING_MAX:
            yield f"{function.lineno}: {function.name} nests {depth} deep, return early"


def files_are_short(source: Source) -> Iterator[str]:
    limit = DOMAIN_FILE_LINES_MAX if "/domain/" in source.path else FILE_LINES_MAX
    if source.is_python and (lines := source.text.count("\n")) > limit:
        yield f"{limit}: the file has {lines} lines: split it by what it does"


def lines_are_short(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines() if source.is_python else (), 1):
        if len(line) > LINE_MAX:
            yield f"{number}: {len(line)} columns, {LINE_MAX} are the limit"


def names_say_what_is_inside(source: Source) -> Iterator[str]:
    for part in PurePosixPath(source.path).parts:
        if PurePosixPath(part).stem in BANNED_NAMES:
            yield f"1: {part} says nothing, name it after what it does"


def modules_say_why_they_exist(source: Source) -> Iterator[str]:
    if not source.is_python:
        return
    docstring = ast.get_docstring(source.tree(), clean=False)
    if not docstring:
        yield "1: no module docstring: say why this file exists"
    elif (lines := docstring.strip().count("\n") + 1) > DOCSTRING_LINES_MAX:
        yield f"1: a module docstring of {lines} lines, {DOCSTRING_LINES_MAX} are the limit"


def pages_have_one_title(source: Source) -> Iterator[str]:
    if source.path.endswith(".md"):
        titles = [line for line in _prose(source.text) if line.startswith("# ")]
        if len(titles) != 1 or not source.text.startswith("# "):
            yield f"1: {len(titles)} titles, begin with one and have no other"


def nothing_is_unfinished(source: Source) -> Iterator[str]:
    yield from _found(source, UNFINISHED, "finish it, or write it down in docs")


def no_path_is_of_one_machine(source: Source) -> Iterator[str]:
    yield from _found(source, OWN_MACHINE, "use a path relative to the repository")


def no_registry_is_named(source: Source) -> Iterator[str]:
    yield from _found(source, REGISTRIES, "leave the registry to each machine's configuration")


def no_foreign_lock_file(source: Source) -> Iterator[str]:
    if source.name in FOREIGN_LOCKS:
        yield "1: locks are in deploy/requirements, with hashes"


def the_top_level_is_known(source: Source) -> Iterator[str]:
    top = PurePosixPath(source.path).parts[0]
    if top not in TOP_LEVEL and not top.startswith("."):
        yield f"1: {top} does not belong at the top level"


RULES: tuple[Rule, ...] = (
    functions_are_short,
    nesting_is_shallow,
    files_are_short,
    lines_are_short,
    names_say_what_is_inside,
    modules_say_why_they_exist,
    pages_have_one_title,
    nothing_is_unfinished,
    no_path_is_of_one_machine,
    no_registry_is_named,
    no_foreign_lock_file,
    the_top_level_is_known,
)


def links(source: Source) -> list[str]:
    """The files that a Markdown page links to, relative to the page."""
    prose = "\n".join(_prose(source.text))
    targets = [target.partition("#")[0] for target in _LINK.findall(prose)]
    return [each for each in targets if each and not re.match(r"[a-z]+:", each)]


def imported(source: Source) -> set[str]:
    """Every module that a file may mean by its imports."""
    names = {each.name for node in _all(source, ast.Import) for each in node.names}
    for node in _all(source, ast.ImportFrom):
        names |= {node.module or ""} | {f"{node.module}.{each.name}" for each in node.names}
    return names


def function_lines(function: _Function) -> int:
    """The lines of a function without its decorators and docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def all_function_lines(source: Source) -> list[int]:
    found = _all(source, ast.FunctionDef) + _all(source, ast.AsyncFunctionDef)
    return [function_lines(each) for each in found]


def _depth(body: list[ast.stmt]) -> int:
    """How deep blocks stand in blocks; an `elif` is no deeper than its `if`."""
    return max((_depth_of(each) for each in body), default=0)


def _depth_of(statement: ast.stmt) -> int:
    if not isinstance(statement, _NESTS):
        return 0  # a function in a function is measured by itself
    blocks = [getattr(statement, name, []) for name in ("body", "finalbody")]
    blocks += [each.body for each in getattr(statement, "handlers", [])]
    blocks += [each.body for each in getattr(statement, "cases", [])]
    otherwise = getattr(statement, "orelse", [])
    is_elif = isinstance(statement, ast.If) and [type(each) for each in otherwise] == [ast.If]
    same_level = _depth(otherwise) if is_elif else 0
    blocks += [] if is_elif else [otherwise]
    return max(same_level, 1 + max(_depth(block) for block in blocks))


def _all(source: Source, kind: type[_N]) -> list[_N]:
    nodes = ast.walk(source.tree()) if source.is_python else ()
    return [node for node in nodes if isinstance(node, kind)]


def _prose(text: str) -> list[str]:
    """A page's lines outside its code blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE).splitlines()


def _found(source: Source, pattern: re.Pattern[str], instead: str) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if match := pattern.search(line):
            yield f"{number}: {match.group()!r}: {instead}"
