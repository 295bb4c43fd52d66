"""PluginRunner, unmodified, before a replay."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dify_plugin.config.integration_config import IntegrationConfig
from dify_plugin.integration.run import PluginRunner
from plugin import nothing_left
from support import PARIS, record, weather


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing of the caller's settings, annotations or colours; journals in the test's folder; no process is left."""
    for name in [name for name in os.environ if name.startswith(("REPRISE_", "GITHUB_", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("DIFY_CLI_PATH", str(Path(__file__).with_name("dify")))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with nothing_left(tmp_path):
        yield


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return record(tmp_path / "weather.jsonl", {"paris": weather(PARIS), "oslo": weather({"city": "Oslo", "days": 1})})


@pytest.fixture
def play(recording: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PluginRunner]:
    """Starts PluginRunner before a replay."""

    def start(file: Path = recording) -> PluginRunner:
        monkeypatch.setenv("REPRISE_TEST_RECORDING", str(file))
        return PluginRunner(IntegrationConfig(), "weather.difypkg")

    return start
