"""When the pages are built, and when not."""

import os

import pytest

from assistant.errors import CannotStart
from assistant.local.pages import COPIED, OUTPUT, STATE, build_pages, fingerprint


@pytest.fixture
def project(tmp_path):
    for name in (
        "rxconfig.py",
        "requirements.txt",
        "assistant/app.py",
        "assistant/pages/chat.py",
        "assistant/components/answer.jsx",
        "assistant/services/turns.py",
        "assistant/local/pages.py",
        "assets/style.css",
        "assets/external/answer.jsx",
        "README.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("raise SystemExit('this is not an app')\n")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "rxconfig.py",
        "requirements.txt",
        "assistant/app.py",
        "assistant/pages/chat.py",
        "assistant/components/answer.jsx",
        "assets/style.css",
        "assistant/pages/new.py",
    ],
)
def test_what_the_pages_are_made_of_changes_the_fingerprint(project, name):
    before = fingerprint(project)
    (project / name).write_text("changed")
    assert fingerprint(project) != before


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "assistant/services/turns.py",
        "assistant/local/pages.py",
        "assets/external/answer.jsx",
        "assistant/pages/__pycache__/chat.cpython-311.pyc",
    ],
)
def test_what_only_the_server_runs_does_not(project, name):
    before = fingerprint(project)
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("changed")
    assert fingerprint(project) == before


def test_a_moved_file_changes_the_fingerprint(project):
    before = fingerprint(project)
    (project / "assets/style.css").rename(project / "assets/other.css")
    assert fingerprint(project) != before


def test_pages_of_the_same_sources_are_not_built_again(project):
    (project / OUTPUT).mkdir(parents=True)
    (project / STATE).mkdir()
    (project / STATE / "stamp").write_text(fingerprint(project))
    build_pages(project, project / "build.log")
    assert not (project / "build.log").exists()


@pytest.mark.parametrize("name", ["style.css", "external/answer.jsx", "gone.css"])
def test_a_build_copies_every_asset_anew_whatever_its_time(project, name):
    copy = project / COPIED / name
    copy.parent.mkdir(parents=True)
    copy.write_text("newer than its source, and of other content")
    with pytest.raises(CannotStart):
        build_pages(project, project / "build.log")
    assert not copy.exists()


def test_old_times_of_new_sources_do_not_hide_them(project):
    before = fingerprint(project)
    (project / "assets/style.css").write_text("changed")
    os.utime(project / "assets/style.css", (0, 0))
    assert fingerprint(project) != before


def test_a_build_that_fails_is_one_sentence_and_leaves_no_stamp(project):
    (project / STATE).mkdir()
    (project / STATE / "stamp").write_text("of other sources")
    with pytest.raises(CannotStart, match=r"could not be built; .*build\.log says why"):
        build_pages(project, project / "build.log")
    assert "this is not an app" in (project / "build.log").read_text()
    assert not (project / STATE / "stamp").exists()


def test_a_build_that_fails_for_its_packages_says_what_npm_says(project):
    said = "print('npm verbose code 1\\nnpm error code ENOTFOUND\\nnpm error errno ENOTFOUND')"
    (project / "rxconfig.py").write_text(f"{said}\nraise SystemExit(1)\n")
    with pytest.raises(CannotStart, match=r"could not be built \(npm says ENOTFOUND\); .*says why"):
        build_pages(project, project / "build.log")
