"""What a user of PluginRunner sees where a start fails: the cause, in under two seconds."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from plugin import DROP_IN, make_package, make_program
from support import PARIS, record, weather

CLIENT = Path(__file__).with_name("client.py")
ASKED = {"paris": weather(PARIS)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the client works: a package, and two recordings that say which plugin they are of by their names only."""
    make_package(tmp_path)
    make_program(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIFY_CLI_PATH", str(DROP_IN))
    monkeypatch.setenv("PROGRAM_LOG", str(tmp_path / "log"))
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    shelf = tmp_path / "recordings"
    shelf.mkdir()
    record(shelf / "weather.jsonl", ASKED)
    record(shelf / "tides.jsonl", ASKED)
    return tmp_path


def await_cause(cause: str, package: str = "weather.difypkg", **settings: str) -> float:
    """Reads what the client prints until the cause comes. @returns after how many seconds"""
    client = subprocess.Popen(
        [sys.executable, "-B", CLIENT, package],
        env=os.environ | {"REPRISE_RECORDINGS": "recordings"} | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    began = time.monotonic()
    printed = []
    with client:
        try:
            for line in client.stdout:
                printed.append(line)
                if line == "begins\n":
                    began = time.monotonic()
                if cause in line:
                    return time.monotonic() - began
        finally:
            client.kill()  # PluginRunner would wait for a plugin that is gone
    pytest.fail(f"nothing says {cause!r}:\n{''.join(printed)}")


FAILURES = {
    "nothing to replay is named": (
        {"REPRISE_RECORDINGS": ""},
        "Failed to find recordings: `REPRISE_RECORDINGS` is not set, and there is no reprise.config.json in ",
    ),
    "no such recording": ({"REPRISE_RECORDINGS": "none.jsonl"}, "Failed to open none.jsonl: there is no such file."),
    "a folder without recordings": (
        {"REPRISE_RECORDINGS": "weather"},
        "Failed to find a recording: the folder weather holds no .jsonl file.",
    ),
    "a pattern that fits nothing": (
        {"REPRISE_RECORDINGS": "recordings/*.gz"},
        "Failed to find a recording: no file fits 'recordings/*.gz'.",
    ),
    "a recording that is none": (
        {"REPRISE_RECORDINGS": "none-at-all.jsonl"},
        "Failed to read none-at-all.jsonl: it is not a recording",
    ),
    "an unknown pace": (
        {"REPRISE_PACE": "sometimes"},
        "Failed to read `REPRISE_PACE`: 'sometimes' is no pace. Give recorded, instant, or a speed",
    ),
    "an unknown record mode": (
        {"REPRISE_RECORD_MODE": "sometimes"},
        "Failed to read `REPRISE_RECORD_MODE`: 'sometimes' is not allowed. Give none or once or new_episodes or all.",
    ),
    "an unknown policy": (
        {"REPRISE_ON_UNFINISHED": "sometimes"},
        "Failed to read `REPRISE_ON_UNFINISHED`: 'sometimes' is not allowed. Give hang or error.",
    ),
    "a place that is none": ({"REPRISE_IGNORE": "user_id"}, "'user_id'"),
    "no such session": (
        {"REPRISE_SESSION": "nobody"},
        "Failed to choose a recording: no recording of the session nobody is among ",
    ),
    "no program to record": (
        {"REPRISE_RECORD_MODE": "all", "PATH": "/tmp"},
        "Failed to find the program itself, which is to be recorded: there is no other `dify` on the PATH.",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_before_the_package_is_looked_at(folder, name):
    settings, cause = FAILURES[name]
    (folder / "none-at-all.jsonl").write_text("{nothing\n")
    if settings.get("REPRISE_RECORDINGS") == "":
        (folder / "recordings").rename(folder / "elsewhere")
    if "PATH" in settings:  # Node, and nothing else
        (folder / "bin").mkdir()
        node = subprocess.check_output(["node", "-p", "process.execPath"], text=True).strip()
        (folder / "bin/node").symlink_to(node)
        settings = settings | {"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}
    assert await_cause(cause, **settings) < 2


def test_in_ci_a_mode_that_always_records(folder):
    settings = {"CI": "true", "REPRISE_RECORD_MODE": "all", "REPRISE_REAL_DIFY": str(folder / "real/dify")}
    assert await_cause("`REPRISE_RECORD_MODE` is all, and this is CI (`CI` is set)", **settings) < 2


def test_in_ci_a_test_without_a_recording(folder):
    settings = {"CI": "true", "REPRISE_RECORD_MODE": "once", "REPRISE_SESSION": "a new one"}
    assert await_cause("the session a new one has no recording, and this is CI (`CI` is set)", **settings) < 2
    assert not (folder / "log").exists()


def test_two_recordings_that_fit(folder):
    """Both may be of this plugin: their names begin with its name. Each was made for another test."""
    for name in ("weather-monday", "weather-tuesday"):
        file = record(folder / "recordings" / f"{name}.jsonl", ASKED)
        header, rest = file.read_text().split("\n", 1)
        file.write_text(f'{header}\n{{"at":0,"event":"about","session":"{name}"}}\n{rest}')
    (folder / "recordings/weather.jsonl").unlink()
    assert await_cause("2 recordings fit somebody/weather:0.0.1 equally: ", PYTEST_CURRENT_TEST="") < 2


def test_no_recording_of_the_plugin(folder):
    (folder / "recordings/weather.jsonl").unlink()
    assert await_cause("no recording of somebody/weather:0.0.1 is among ") < 2


def test_a_missing_package(folder):
    assert await_cause("open none.difypkg: no such file or directory", package="none.difypkg") < 2


def test_a_package_that_is_none(folder):
    (folder / "text.difypkg").write_text("no archive")
    assert await_cause("difypkg: not a valid difypkg file", package="text.difypkg") < 2


def test_a_source_folder_without_a_manifest(folder):
    (folder / "weather/manifest.yaml").unlink()
    assert await_cause("manifest.yaml", package="weather") < 2


def test_a_program_that_is_not_there(folder):
    settings = {"REPRISE_RECORD_MODE": "once", "REPRISE_SESSION": "a new one", "REPRISE_REAL_DIFY": "/nowhere/dify"}
    assert await_cause("/nowhere/dify", **settings) < 2
