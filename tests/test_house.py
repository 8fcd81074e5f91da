"""The house itself: sizes, mirrored tests, and words that do not belong in it."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
SOURCES = sorted((PROJECT / "assistant").rglob("*.py"))
SCRIPTS = sorted((PROJECT / "assistant" / "components").glob("*.js*"))
STYLES = sorted((PROJECT / "assets").glob("*.css"))
MIRRORED = ("agent", "building", "connectors", "services", "api", "state", "models", "local")
# What is drawn is told by the stories of tests/e2e; tables and types do nothing by themselves.
WITHOUT_TESTS = ("pages/", "components/", "models/", "agent/backends/", "agent/types.py")
WITHOUT_TESTS += ("errors.py", "agent/acts.py", "agent/usage.py")
VAGUE = re.compile(r"(manager|helper|handler|util)s?$")


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS, *STYLES], ids=named)
def test_a_file_fits_in_the_head(path: Path) -> None:
    assert path.read_text().count("\n") <= 300


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        f"{node.name}: {size} lines"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, functions) and (size := node.end_lineno - node.lineno + 1) > 40
    ]
    assert not long


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS], ids=named)
def test_a_file_is_named_for_what_it_holds(path: Path) -> None:
    assert not VAGUE.search(path.stem)


@pytest.mark.parametrize("folder", MIRRORED)
def test_tests_stand_where_their_subject_stands(folder: str) -> None:
    tests = (PROJECT / "tests" / folder).rglob("test_*.py")
    subjects = {path.stem for path in (PROJECT / "assistant" / folder).rglob("*.py")}
    strays = [path.stem for path in tests if not _about(path, subjects)]
    assert not strays


def _about(path: Path, subjects: set[str]) -> bool:
    """Its name is a module's, or begins with one, or its first line says what crosses modules."""
    name = path.stem.removeprefix("test_")
    return any(name == each or name.startswith(f"{each}_") for each in subjects) or (
        path.read_text().startswith('"""Across')
    )


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_has_its_tests(path: Path) -> None:
    inside = path.relative_to(PROJECT / "assistant")
    if path.name != "__init__.py" and not inside.as_posix().startswith(WITHOUT_TESTS):
        assert (PROJECT / "tests" / inside.parent / f"test_{path.stem.strip('_')}.py").is_file()


def test_only_sign_in_and_chores_act_without_a_user() -> None:
    chores = {
        "approval_run",
        "leases",
        "local_names",
        "reaper",
        "reconcile",
        "rotation",
        "session_ends",
        "stripe_events",
    }
    allowed = {"database", "accounts", *chores}
    users = {path.stem for path in SOURCES if "system_session" in path.read_text()}
    assert users <= allowed
