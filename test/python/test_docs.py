"""docs/python.md, block by block, as its reader would follow it."""

import subprocess

import pytest
from plugin import Suite, assert_whole, blocks, documented, make_program, names

TESTS = ["test_weather.py-test_oslo.jsonl", "test_weather.py-test_paris.jsonl"]
SHARED = """

def test_shared(shared_runner):
    assert forecast(shared_runner, "Bern").startswith("Bern: ")


def test_shared_again(shared_runner):
    assert forecast(shared_runner, "Rome").startswith("Rome: ")
"""


@pytest.fixture
def reader(tmp_path):
    """A folder with nothing but the package; npm installs what is here."""
    suite = Suite(tmp_path)
    (suite.folder / "node_modules").rename(suite.folder / "packed")
    npm = make_program(tmp_path / "npm-bin").rename(tmp_path / "npm-bin/npm")
    npm.write_text('#!/bin/sh\n[ "$*" = "install --save-dev ./reprise-0.1.0.tgz" ] && mv packed node_modules\n')
    suite.environment["PATH"] = f"{npm.parent}:{suite.environment['PATH']}"
    return suite


def sh(reader: Suite, beginning: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the one block that begins so."""
    (block,) = [text for language, text in blocks() if language == "sh" and text.startswith(beginning)]
    done = subprocess.run(
        ["bash", "-euc", block],
        cwd=reader.folder,
        env=reader.environment | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=50,
    )
    print(done.stdout)
    return done


def passed(number: int, done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode == 0 and f"{number} passed" in done.stdout


@pytest.mark.timeout(180)
def test_each_block_does_what_the_page_says(reader):
    nowhere = {"REPRISE_REAL_DIFY": "/nowhere/dify"}
    assert sh(reader, "npm install").returncode == 0
    conftest = documented("python", "conftest.py")
    reader.write("conftest.py", conftest)
    reader.write("test_weather.py", documented("python", "test_weather.py"))

    assert passed(2, sh(reader, "REPRISE_RECORD_MODE=once pytest"))
    assert names(reader.recordings) == TESTS
    assert passed(2, sh(reader, "pytest\n", **nowhere))
    started = reader.logged().count("start")
    assert started == 2

    above = documented("python", "conftest.py, above the rest")
    reader.write("conftest.py", above + conftest)
    assert passed(2, sh(reader, "pytest -n 4\n", **nowhere))
    report = sh(reader, "rm -rf journals", **nowhere)
    assert passed(2, report)
    assert "2 of 2 invocations used, 0 repeated, 0 not used, 0 missed, 0 refused" in report.stdout

    below = documented("python", "conftest.py, below the rest")
    reader.write("conftest.py", above + conftest + below)
    reader.write("test_weather.py", documented("python", "test_weather.py") + SHARED)
    assert passed(4, sh(reader, "REPRISE_RECORD_MODE=once pytest"))
    assert names(reader.recordings) == sorted([*TESTS, "test_weather.py.jsonl"])
    assert_whole(*reader.recordings.iterdir())
    assert passed(4, sh(reader, "pytest\n", **nowhere))
    assert reader.replay("-n", "4", "--dist", "loadscope") == {"passed": 4}
    assert reader.logged().count("start") == started + 1

    assert sh(reader, "npx reprise stub").returncode == 0
    stub = documented("python", "conftest.py, instead of both variables")
    lines = [line for line in conftest.splitlines(keepends=True) if not line.startswith("os.environ")]
    place = lines.index("here = Path(__file__).parent\n") + 1
    reader.write("conftest.py", above + "".join([*lines[:place], stub, *lines[place:]]) + below)
    reader.recordings.rename(reader.folder / "elsewhere")
    assert passed(4, sh(reader, "pytest\n", **nowhere))


def test_every_block_is_run():
    """A block that is added is one that the test above knows."""
    kinds = [(language, text.splitlines()[0]) for language, text in blocks()]
    assert sorted(kinds) == [
        ("python", "# conftest.py"),
        ("python", "# conftest.py, above the rest"),
        ("python", "# conftest.py, below the rest"),
        ("python", "# conftest.py, instead of both variables"),
        ("python", "# test_weather.py"),
        ("sh", "REPRISE_RECORD_MODE=once pytest"),
        ("sh", "npm install --save-dev ./reprise-0.1.0.tgz"),
        ("sh", "npx reprise stub recordings --ignore /request/user_id -o bin/dify --embed"),
        ("sh", "pytest"),
        ("sh", "pytest -n 4"),
        ("sh", "rm -rf journals"),
    ]
