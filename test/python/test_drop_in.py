"""What takes the program's place can't be told from it, wherever the SDK looks for it."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import NamedTuple

import pytest
from dify_plugin.config.integration_config import IntegrationConfig
from dify_plugin.integration.exc import PluginStoppedError
from dify_plugin.integration.run import PluginRunner
from plugin import DROP_IN, answer, assert_whole, make_package, make_program, names, read_lines
from support import ROOT, ask, weather

CITIES = [f"City {number}" for number in range(10)]
WAYS = ["dify on the PATH", "dify-plugin-linux-amd64 on the PATH", "DIFY_CLI_PATH", "embedded", "bin/dify"]


def converse(runner: PluginRunner) -> dict[str, list[str]]:
    """All kinds of questions, one after the other."""
    return {
        "the first": answer(runner),
        "the same again": answer(runner),
        "another": answer(runner, weather({"city": "Oslo", "days": 1})),
        "a stream": answer(runner, weather({"hours": 300}, tool="hours")),
        "400 KB in one message": answer(runner, weather(tool="map")),
        "400 KB in a request": answer(runner, weather({"city": "é" * 200_000})),
        "an exception": answer(runner, weather(tool="storm")),
        "after it": answer(runner),
    }


def ask_at_once(runner: PluginRunner) -> list[list[str]]:
    """A thread for each city."""
    together = Barrier(len(CITIES))

    def ask_for(city: str) -> list[str]:
        together.wait(10)
        return answer(runner, weather({"hours": 20, "city": city}, tool="hours"))

    with ThreadPoolExecutor(len(CITIES)) as threads:
        return list(threads.map(ask_for, CITIES))


class Recorded(NamedTuple):
    package: Path
    folder: Path
    conversation: dict[str, list[str]]
    at_once: list[list[str]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """What the program says, and a recording of that, which belongs to no test: it is named after the plugin."""
    home = tmp_path_factory.mktemp("recorded")
    package = make_package(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")
        patch.delenv("CI", raising=False)
        patch.setenv("TMPDIR", str(home))
        patch.setenv("PROGRAM_LOG", str(home / "log"))
        patch.setenv("REPRISE_RECORDINGS", str(home / "recordings"))
        patch.setenv("REPRISE_RECORD_MODE", "once")
        patch.setenv("REPRISE_REAL_DIFY", str(make_program(home / "bin")))
        patch.setenv("DIFY_CLI_PATH", str(DROP_IN))
        with PluginRunner(IntegrationConfig(), str(package)) as runner:
            said = Recorded(package, home / "recordings", converse(runner), ask_at_once(runner))
        patch.setenv("DIFY_CLI_PATH", os.environ["REPRISE_REAL_DIFY"])
        with PluginRunner(IntegrationConfig(), str(package)) as runner:
            assert converse(runner) == said.conversation
            assert ask_at_once(runner) == said.at_once
    assert names(said.folder) == ["weather.jsonl"]
    assert_whole(said.folder / "weather.jsonl")
    return said


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, recorded: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK finds what replays, in one way or another."""
    found = tmp_path / "bin"
    found.mkdir()
    if request.param == "bin/dify":
        monkeypatch.setenv("DIFY_CLI_PATH", str(DROP_IN))
        monkeypatch.setenv("REPRISE_RECORDINGS", str(recorded.folder))
        return
    name = request.param.removesuffix(" on the PATH") if "PATH" in request.param.split() else "weather-stub"
    options = ["--embed"] if request.param == "embedded" else []
    command = ["node", ROOT / "bin/reprise.js", "stub", recorded.folder, "-o", found / name, *options]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, timeout=30)
    if name == "weather-stub":
        monkeypatch.setenv("DIFY_CLI_PATH", str(found / name))
        return
    monkeypatch.delenv("DIFY_CLI_PATH")
    (found / "node").symlink_to(shutil.which("node"))
    monkeypatch.setenv("PATH", f"{found}:/usr/bin:/bin")
    assert IntegrationConfig().dify_cli_path == str(found / name)


@pytest.mark.usefixtures("way")
def test_it_says_what_the_program_said(recorded):
    with PluginRunner(IntegrationConfig(), str(recorded.package)) as runner:
        assert converse(runner) == recorded.conversation


@pytest.mark.usefixtures("way")
def test_it_says_so_for_a_source_folder_too(recorded):
    """PluginRunner has it packed first."""
    with PluginRunner(IntegrationConfig(), str(recorded.package.with_suffix(""))) as runner:
        assert converse(runner) == recorded.conversation
        package = Path(runner.plugin_package_path)
        assert package.suffix == ".difypkg"
    assert not package.exists()


@pytest.mark.usefixtures("way")
def test_ten_threads_at_once_get_each_their_own_answer(recorded):
    with PluginRunner(IntegrationConfig(), str(recorded.package)) as runner:
        assert ask_at_once(runner) == recorded.at_once


@pytest.mark.usefixtures("way")
def test_it_closes_cleanly_in_the_middle_of_an_answer(recorded):
    with PluginRunner(IntegrationConfig(), str(recorded.package)) as runner:
        stream = ask(runner, weather({"hours": 300}, tool="hours"))
        assert next(stream) == recorded.conversation["a stream"][0]
        stream.close()
    runner.stdout_reader.join(10)
    assert not runner.stdout_reader.is_alive()
    assert runner.process.returncode == 0
    with pytest.raises(PluginStoppedError):
        answer(runner)


@pytest.mark.usefixtures("way")
def test_an_exception_comes_as_an_error_and_then_the_end(recorded, tmp_path, monkeypatch):
    """PluginRunner stops at the error: the journal tells what came after it."""
    monkeypatch.setenv("REPRISE_JOURNAL_DIR", str(tmp_path / "journals"))
    with PluginRunner(IntegrationConfig(), str(recorded.package)) as runner:
        assert answer(runner, weather(tool="storm")) == recorded.conversation["an exception"]
        assert answer(runner) == recorded.conversation["the first"]
    (journal,) = (tmp_path / "journals").iterdir()
    sent = [line["sent"] for line in read_lines(journal) if line.get("asked") == 1 and "sent" in line]
    assert sent == ["acknowledgement", "response", "error", "end"]


def test_the_conversation_is_what_it_should_be(recorded):
    said = recorded.conversation
    assert said["the first"] == said["the same again"] == said["after it"] == ["Paris: sunny ☔ <&>\n"]
    assert said["another"] == ["Oslo: sunny ☔ <&>\n"]
    assert said["a stream"][1:] == [f"{hour}:00 sunny" for hour in range(300)]
    assert len(said["400 KB in one message"][1].encode()) == 400_000
    assert len(said["400 KB in a request"][0].encode()) > 400_000
    before, exception = said["an exception"]
    assert before == "Paris: sunny ☔ <&>\n"
    assert exception.startswith("ValueError: {'error': '{")
    assert [len(texts) for texts in recorded.at_once] == [21] * 10
