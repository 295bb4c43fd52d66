"""The weather plugin as its author has it, the program that runs it, and what is left of processes."""

import json
import os
import re
import select
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dify_plugin.core.entities.plugin.request import ToolInvokeRequest
from dify_plugin.integration.run import PluginRunner
from support import ROOT, ask, weather

DROP_IN = ROOT / "bin/dify"


def make_source(folder: Path, name: str = "weather", version: str = "0.0.1") -> Path:
    """The plugin's folder."""
    source = folder / name
    source.mkdir(parents=True)
    manifest = {"version": version, "type": "plugin", "author": "somebody", "name": name}
    source.joinpath("manifest.yaml").write_text("".join(f"{key}: {value}\n" for key, value in manifest.items()))
    source.joinpath("main.py").write_text("print('never run')\n")
    return source


def make_package(folder: Path, name: str = "weather", version: str = "0.0.1") -> Path:
    """The plugin's package, beside its folder."""
    source = make_source(folder, name, version)
    package = folder / f"{name}.difypkg"
    with zipfile.ZipFile(package, "w") as archive:
        for file in source.iterdir():
            archive.write(file, file.name)
    return package


def make_program(folder: Path) -> Path:
    """`dify`, which runs program.py."""
    program = folder / "dify"
    folder.mkdir(parents=True, exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{Path(__file__).with_name("program.py")}" "$@"\n')
    program.chmod(0o755)
    return program


def answer(runner: PluginRunner, request: ToolInvokeRequest | None = None) -> list[str]:
    """The texts of an answer, and the exception that it ends in."""
    texts = []
    try:
        for text in ask(runner, request or weather()):
            texts.append(text)
    except ValueError as error:
        texts.append(f"ValueError: {error}")
    return texts


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a recording or a journal, all of them whole."""
    text = file.read_text()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def assert_whole(*files: Path) -> None:
    """Recordings are sealed, and as `reprise check` wants them."""
    for file in files:
        assert read_lines(file)[-1].get("event") == "end"
    done = subprocess.run(
        ["node", ROOT / "bin/reprise.js", "check", *files],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stdout


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@contextmanager
def nothing_left(folder: Path) -> Iterator[None]:
    """What was started with something in `folder` in its environment ends with the block, or soon after it."""
    yield
    for process in processes_of(folder):
        await_end(process)


def processes_of(folder: Path) -> list[int]:
    """Needs Linux; elsewhere none are found."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(folder).encode() in environment.read_bytes():
                found.append(int(environment.parent.name))
        except OSError:
            continue  # another user's, or gone
    return [process for process in found if process != os.getpid()]


def await_end(process: int, seconds: float = 10) -> None:
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([descriptor], [], [], seconds)
        if not ended:
            words = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            pytest.fail(f"process {process} has not ended: {words}")
    finally:
        os.close(descriptor)


class Suite:
    """Tests of a plugin's author, with docs/python.md's conftest.py: in a folder of their own."""

    def __init__(self, folder: Path, tests: str = "") -> None:
        self.folder = folder / "suite"
        make_package(self.folder)
        make_program(folder / "real")
        modules = self.folder / "node_modules"
        modules.joinpath(".bin").mkdir(parents=True)
        modules.joinpath("reprise").symlink_to(ROOT)
        for name, file in (("reprise-dify", "dify"), ("reprise", "reprise")):
            modules.joinpath(".bin", name).symlink_to(f"../reprise/bin/{file}.js")
        self.recordings = self.folder / "recordings"
        self.log = folder / "log"
        self.environment = {
            name: text for name, text in os.environ.items() if not name.startswith(("PYTEST_", "DIFY_", "COLUMNS"))
        } | {
            "PATH": f"{Path(sys.executable).parent}:{folder / 'real'}:{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PROGRAM_LOG": str(self.log),
        }
        if tests:
            above = documented("python", "conftest.py, above the rest")
            self.write("conftest.py", above + documented("python", "conftest.py"))
            self.write("test_weather.py", documented("python", "test_weather.py") + tests)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """pytest, as the leader of a process group."""
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:anyio", "--timeout=30", *words],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **environment: str) -> dict[str, int]:
        """Runs pytest to its end. @returns how many tests passed, failed and so on"""
        with self.start(*words, **environment) as process:
            try:
                text, _ = process.communicate(timeout=55)
            finally:
                process.kill()
        self.printed = text
        print(text)  # for whoever reads why a test has failed
        counts = text.splitlines()[-1]
        return {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?)", counts)}

    def replay(self, *words: str, **environment: str) -> dict[str, int]:
        """Runs pytest where the program is not."""
        return self.run(*words, REPRISE_RECORD_MODE="none", REPRISE_REAL_DIFY="/nowhere/dify", **environment)

    def logged(self) -> list[str]:
        """What the program has done."""
        return self.log.read_text().splitlines() if self.log.exists() else []


def documented(language: str, first: str) -> str:
    """A block of docs/python.md, by its first line."""
    (found,) = [block for kind, block in blocks() if kind == language and block.startswith(f"# {first}\n")]
    return found


def blocks() -> list[tuple[str, str]]:
    """The language and the text of each block of docs/python.md."""
    return re.findall(r"^```(\w+)\n(.*?)^```", (ROOT / "docs/python.md").read_text(), re.MULTILINE | re.DOTALL)
