"""Recording through PluginRunner, one file a test, and what the tests get then: pytest runs of their own."""

import os
import signal
import subprocess

import pytest
from plugin import DROP_IN, Suite, assert_whole, await_end, names, processes_of

TESTS = '''
import os

import pytest
from dify_plugin.config.integration_config import IntegrationConfig
from dify_plugin.integration.run import PluginRunner
from conftest import here

SAID = os.environ.get("SAID", "sunny")


def ask(runner, tool, **parameters):
    request = ToolInvokeRequest(
        user_id="tester", provider="weather", tool=tool, credentials={}, tool_parameters=parameters
    )
    messages = runner.invoke(PluginInvokeType.Tool, ToolActions.InvokeTool, request, ToolInvokeMessage)
    return [message.message.text for message in messages]


def start():
    return PluginRunner(IntegrationConfig(), str(here / "weather.difypkg"))


@pytest.mark.parametrize("city", [f"city {number}" for number in range(8)])
def test_city(runner, city):
    hours = [f"{hour}:00 {SAID}" for hour in range(50)]
    assert ask(runner, "hours", city=city, hours=50) == [f"{city}: {SAID} ☔ <&>\\n", *hours]


def test_two_starts():
    """The same is asked, and another start answers."""
    answers = []
    for _ in range(2):
        with start() as runner:
            answers.append(ask(runner, "starts")[-1])
    assert answers[1] == f"start {int(answers[0].removeprefix('start ')) + 1}"


def test_held(runner):
    assert ask(runner, "held", city="Kiel") == [f"Kiel: {SAID} ☔ <&>\\n"]


def test_more(runner):
    assert ask(runner, "forecast", city="Rome") == [f"Rome: {SAID} ☔ <&>\\n"]
    if "NEWS" in os.environ:
        assert ask(runner, "forecast", city="Bern") == [f"Bern: {os.environ['NEWS']} ☔ <&>\\n"]
'''

pytestmark = pytest.mark.timeout(120)
CITIES = [f"test_weather.py-test_city-city-{number}" for number in range(8)]


@pytest.fixture
def suite(tmp_path):
    return Suite(tmp_path, TESTS)


def recorded(suite: Suite) -> list[str]:
    """The names of the recordings, which are whole, without a digest."""
    files = sorted(suite.recordings.glob("*.jsonl"))  # a killed run may have left a .part
    assert_whole(*files)
    return [file.name for file in files]


def test_once_and_then_without_the_program(suite):
    tests = "test_weather.py::test_oslo", "test_weather.py::test_paris"
    assert suite.run(*tests, REPRISE_RECORD_MODE="once") == {"passed": 2}
    assert recorded(suite) == ["test_weather.py-test_oslo.jsonl", "test_weather.py-test_paris.jsonl"]
    asked = ["start", "asked forecast"]
    assert suite.logged() == asked * 2
    assert suite.run(*tests, REPRISE_RECORD_MODE="once") == {"passed": 2}
    assert suite.replay(*tests) == {"passed": 2}
    assert suite.logged() == asked * 2
    assert len(recorded(suite)) == 2


def test_four_workers_record_and_replay(suite):
    assert suite.run("-n", "4", "-k", "city", REPRISE_RECORD_MODE="once") == {"passed": 8}
    made = recorded(suite)
    assert len(made) == 8
    assert all(name.startswith(city) for name, city in zip(made, CITIES, strict=True))
    assert suite.logged().count("start") == 8
    assert suite.replay("-n", "4", "-k", "city") == {"passed": 8}
    assert suite.replay("-k", "city") == {"passed": 8}
    assert recorded(suite) == made


def test_two_starts_in_a_test_are_two_recordings(suite):
    assert suite.run("-k", "two_starts", REPRISE_RECORD_MODE="once") == {"passed": 1}
    assert recorded(suite) == ["test_weather.py-test_two_starts-2.jsonl", "test_weather.py-test_two_starts.jsonl"]
    for words in ((), ("-n", "2")):
        assert suite.replay("-k", "two_starts", *words) == {"passed": 1}
    assert suite.logged().count("start") == 2


def test_new_episodes_adds_what_is_not_known(suite):
    only = "-k", "more"
    assert suite.run(*only, REPRISE_RECORD_MODE="new_episodes") == {"passed": 1}
    assert suite.run(*only, REPRISE_RECORD_MODE="new_episodes", PROGRAM_SAYS="rainy") == {"passed": 1}
    assert suite.logged() == ["start", "asked forecast"]
    assert suite.run(*only, REPRISE_RECORD_MODE="new_episodes", PROGRAM_SAYS="rainy", NEWS="rainy") == {"passed": 1}
    assert suite.logged() == ["start", "asked forecast"] * 2
    assert recorded(suite) == ["test_weather.py-test_more.jsonl"]
    assert suite.replay(*only, NEWS="rainy") == {"passed": 1}


def test_all_records_afresh(suite):
    only = "-k", "city or two_starts"
    assert suite.run(*only, REPRISE_RECORD_MODE="once") == {"passed": 9}
    made = recorded(suite)
    suite.log.unlink()
    assert suite.run(*only, "-n", "4", REPRISE_RECORD_MODE="all", PROGRAM_SAYS="rainy", SAID="rainy")["passed"] >= 8
    assert recorded(suite) == made
    assert suite.replay("-k", "city", SAID="rainy") == {"passed": 8}


@pytest.mark.parametrize("victim", ["pytest alone", "its process group", "a worker and all"])
def test_killed_while_it_records_and_run_again(suite, tmp_path, victim):
    """The program stops half way through an answer, and says so: then all is killed."""
    only = "test_weather.py::test_oslo", "test_weather.py::test_held", "test_weather.py::test_paris"
    hold = tmp_path / "hold"
    os.mkfifo(hold)
    words = ("-n", "2") if victim == "a worker and all" else ()
    process = suite.start(*only, *words, REPRISE_RECORD_MODE="once", PROGRAM_HOLD=str(hold))
    assert hold.read_text() == "half way\n"
    if victim == "pytest alone":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    for left in processes_of(tmp_path):
        await_end(left)
    assert [name for name in names(suite.recordings) if "held" in name and name.endswith(".jsonl")] == []
    assert [name for name in names(suite.recordings) if name.endswith(".part")] != []
    # With two workers the other tests may not have come to their ends.
    if done := list(suite.recordings.glob("*.jsonl")):
        assert_whole(*done)

    assert suite.run(*only, REPRISE_RECORD_MODE="once") == {"passed": 3}
    assert recorded(suite) == [f"test_weather.py-test_{name}.jsonl" for name in ("held", "oslo", "paris")]
    assert suite.replay(*only) == {"passed": 3}


@pytest.mark.parametrize("mode", ["new_episodes", "all"])
def test_in_ci_nothing_is_recorded(suite, mode):
    assert suite.run("-k", "oslo", CI="true", REPRISE_RECORD_MODE=mode) == {"error": 1}
    assert "and this is CI (`CI` is set), where nothing is recorded" in suite.printed
    assert suite.logged() == []
    assert not suite.recordings.exists()


def test_in_ci_once_replays_what_is_there_and_a_start_that_would_record_has_status_2(suite):
    only = "-k", "oslo"
    assert suite.run(*only, REPRISE_RECORD_MODE="once", CI="true", REPRISE_RECORD_IN_CI="1") == {"passed": 1}
    made = recorded(suite)
    assert suite.run(*only, REPRISE_RECORD_MODE="once", CI="true") == {"passed": 1}
    # PluginRunner would wait 30 s for it.
    done = subprocess.run(
        [DROP_IN, "plugin", "run", "weather.difypkg", "--response-format", "json"],
        cwd=suite.folder,
        env=suite.environment
        | {"CI": "1", "REPRISE_RECORD_MODE": "once", "PYTEST_CURRENT_TEST": "test_weather.py::test_paris (call)"},
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert done.returncode == 2
    assert "the session test_weather.py::test_paris has no recording, and this is CI" in done.stdout
    assert recorded(suite) == made
    assert suite.logged() == ["start", "asked forecast"]
