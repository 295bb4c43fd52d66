"""What PluginRunner, unmodified, does when its plugin misbehaves: the table of docs/python.md, row by row.

Where it blocks, it does so in a process of its own, which is killed: run as a program, this module is that client. Its
words are the package, and how many seconds a start may take, where that is not what the SDK has.
"""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from dify_plugin.config.integration_config import IntegrationConfig
from dify_plugin.integration import run
from dify_plugin.integration.run import PluginRunner
from plugin import DROP_IN, Suite, answer, await_end, make_package, processes_of
from support import PARIS, ROOT, answer_to, ask, record, weather

ALL = [0, 1, 2]
TEXTS = answer_to("paris")
UNPARSED = "Failed to parse message: "

# What PluginRunner takes for an answer without a fault.
WORKS = {
    "answer-before-ready",
    "bandwidth rate=4096",
    "blank-line",
    "blank-line at=ready",
    "coalesce",
    "crlf",
    "double-end",
    "late-acknowledgement",
    "latency ms=20",
    "no-acknowledgement",
    "oversize",
    "pause ms=300",
    "ready-twice",
    "slicer",
    "slow-start ms=300",
    "stderr-flood bytes=16384",
}
WARNS = {"print-noise", "stray-line", "stray-line at=ready", "stray-line at=end"}

# Which of the three texts it gives, without an exception.
LOSES_WITH_A_WARNING = {
    "bad-json": [1, 2],
    "bom": [1, 2],
    "missing-field": [1, 2],
    "no-newline": [2],
    "truncate": [1, 2],
    "truncate newline=false": [2],
    "unknown-type": [1, 2],
}
LOSES_SILENTLY = {
    "drop": [1, 2],
    "drop at=response:last": [0, 1],
    "early-end": [],
    "early-end at=response:3": [0, 1],
    "empty-id": [1, 2],
    "reorder at=response:last": [0, 1],
    "wrong-id": [1, 2],
}
MISTAKES = {"duplicate": [0, 0, 1, 2], "reorder": [1, 0, 2]}

# Which texts come first, and the error that the exception holds.
RAISES = {
    "error": ([], '{"args":{},"error_type":"Exception","message":"An unexpected error occurred"}'),
    "error at=response:3 end=false": (
        [0, 1],
        '{"args":{},"error_type":"Exception","message":"An unexpected error occurred"}',
    ),
    "error at=end text=late error_type=KeyError": (ALL, '{"args":{},"error_type":"KeyError","message":"late"}'),
    "rate-limited": (
        [],
        '{"args":{},"error_type":"InvokeRateLimitError","message":"Rate limit reached for requests"}',
    ),
    "execution-timeout ms=20": ([], "execution timeout exceeded"),
    "missing-fields": ([], "action and type are required"),
}


class Hang(NamedTuple):
    """How the client blocks."""

    texts: list[int]
    """Which come before."""
    sent: str
    """What the replay has sent of the answer, after the acknowledgement."""
    end: int | str | None = None
    """How the replay has ended: by itself, or by the SDK's SIGTERM."""
    told: str = ""
    """What stands on the client's stderr, which is otherwise empty."""


ANSWER = "response response response"
UTF8 = "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff"
HANGS = {
    "no-end": Hang(ALL, ANSWER),
    "drop at=end": Hang(ALL, ANSWER),
    "bad-json at=end": Hang(ALL, f"{ANSWER} end", told=UNPARSED),
    "bom at=end": Hang(ALL, f"{ANSWER} end", told=UNPARSED),
    "empty-id at=end": Hang(ALL, f"{ANSWER} end"),
    "wrong-id at=end": Hang(ALL, f"{ANSWER} end"),
    "exit at=response:2": Hang([0], "response exit", end=1),
    "exit at=end code=0": Hang(ALL, f"{ANSWER} exit", end=0),
    "kill at=response:2": Hang([0], "response exit", end="SIGKILL"),
    "memory-crash at=response:3": Hang([0, 1], f"{ANSWER} exit", end="SIGKILL"),
    "stall at=response:2": Hang([0], "response"),
    "pause at=response:2": Hang([0], "response"),
    "plugin-killed at=response:2 ms=0": Hang([0], "response"),
    "close-stdout at=response:2": Hang([0], f"{ANSWER} end"),
    "stderr-flood at=response:2": Hang([0], "response"),
    "request-too-long": Hang([], ""),
    # The thread that reads for the client ends with the exception.
    "invalid-utf8 at=response:2": Hang([0], f"{ANSWER} end", end=0, told=UTF8),
    "error at=response:2\nempty-id at=error": Hang([0], "response error end", end=0, told="ValueError: {'error': "),
}

# Those that are answered once, and whose second request is not; and one that is answered, and can't be closed.
LATE_HANGS = {"stop-reading": ["ready", *TEXTS, "ends"], "ignore-signals": ["ready", *TEXTS, "ends", *TEXTS, "ends"]}

# Whether the client's process ends when the exception has come.
NEVER_STARTS = {
    "never-ready": False,
    "drop at=ready": False,
    "bad-json at=ready": False,
    "bom at=ready": False,
    "exit at=ready": False,
    "stderr-flood at=ready": False,
    "startup-error": True,
    "invalid-utf8 at=ready": True,
}
TIMED_OUT = "TimeoutError: Plugin failed to start within 30 seconds"

QUIET = 2.0  # seconds in which a client that blocks says nothing


class Seen(NamedTuple):
    """What was seen of a client and its replay."""

    lines: list[str]
    """What the client has said."""
    is_blocked: bool
    """Afterwards it has said nothing, and has not ended, for `QUIET` seconds; longer where it should end."""
    sent: str
    """What the replay has sent of the first answer, after the acknowledgement, before these seconds."""
    fired: set[str]
    """The faults that have acted."""
    end: int | str | None
    """The replay's, before the client was killed."""
    errors: str
    """The client's stderr."""


def equip(home: Path) -> dict[str, str]:
    """Makes a package and its recording. @returns the environment in which the drop-in plays it, and tells of it"""
    make_package(home)
    home.joinpath("recordings").mkdir()
    record(home / "recordings/weather.jsonl", {"paris": weather(PARIS)})
    return {
        "DIFY_CLI_PATH": str(DROP_IN),
        "REPRISE_RECORDINGS": str(home / "recordings"),
        "REPRISE_JOURNAL_DIR": str(home / "journals"),
        "TMPDIR": str(home),
    }


def entries(home: Path) -> list[dict]:
    """What stands in the only journal; the last line may not be whole yet."""
    (file,) = (home / "journals").iterdir()
    return [json.loads(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]


def fired(journal: list[dict]) -> set[str]:
    return {entry["fault"] for entry in journal if "fault" in entry}


def report(home: Path, *options: str) -> tuple[int, str]:
    command = ["node", ROOT / "bin/reprise.js", "report", home / "journals", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=30)
    return done.returncode, done.stdout


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PluginRunner]:
    """Starts PluginRunner before a replay with faults, one a line."""
    for name, value in equip(tmp_path).items():
        monkeypatch.setenv(name, value)

    def start(faults: str) -> PluginRunner:
        monkeypatch.setenv("REPRISE_FAULT", faults)
        return PluginRunner(IntegrationConfig(), str(tmp_path / "weather.difypkg"))

    return start


# Where it does not block.


@pytest.mark.parametrize("faults", sorted(WORKS | WARNS))
def test_it_works(start, faults, tmp_path, caplog):
    with start(faults) as runner:
        assert answer(runner) == TEXTS
        assert answer(runner) == TEXTS
    assert runner.process.returncode == 0
    assert fired(entries(tmp_path)) == {faults}
    assert (UNPARSED in caplog.text) == (faults in WARNS)


@pytest.mark.parametrize("faults", LOSES_WITH_A_WARNING | LOSES_SILENTLY | MISTAKES)
def test_other_messages_come_and_no_exception(start, faults, tmp_path, caplog):
    texts = (LOSES_WITH_A_WARNING | LOSES_SILENTLY | MISTAKES)[faults]
    with start(f"{faults} invocation=1") as runner:
        assert answer(runner) == [TEXTS[index] for index in texts]
        assert answer(runner) == TEXTS
    assert fired(entries(tmp_path)) == {f"{faults} invocation=1"}
    assert (UNPARSED in caplog.text) == (faults in LOSES_WITH_A_WARNING)


@pytest.mark.parametrize("faults", RAISES)
def test_an_error_is_raised_and_the_next_request_is_answered(start, faults, tmp_path, caplog):
    texts, error = RAISES[faults]
    with start(f"{faults} invocation=1") as runner:
        assert answer(runner) == [*(TEXTS[index] for index in texts), f"ValueError: {{'error': {error!r}}}"]
        assert answer(runner) == TEXTS
    assert fired(entries(tmp_path)) == {f"{faults} invocation=1"}
    assert caplog.text == ""


# Where it blocks.


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """A client for each fault of the tests that want it: four at once, as most of their time is spent in silence."""
    wanted = {
        item.callspec.params["faults"]: item.callspec.params.get("seconds", "")
        for item in request.session.items
        if item.path == request.path and "seen" in item.fixturenames
    }
    homes = [tmp_path_factory.mktemp("client") for _ in wanted]
    with ThreadPoolExecutor(4) as threads:
        clients = threads.map(watch, homes, wanted.keys(), wanted.values())
        return dict(zip(wanted, clients, strict=True))


def watch(home: Path, faults: str, seconds: str) -> Seen:
    """Starts a client, and looks at it until it blocks as expected or has ended. Neither it nor its replay is left."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("REPRISE_", "PYTEST_", "CI"))}
    with (home / "stderr").open("wb") as errors:
        client = subprocess.Popen(
            [sys.executable, "-B", __file__, home / "weather.difypkg", seconds],
            env=kept | equip(home) | {"REPRISE_FAULT": faults},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            start_new_session=True,
        )
    try:
        with client.stdout:
            lines = Lines(client.stdout.fileno())
            lines.await_lines(len(expected(faults)), 25)
            sent, end = await_sent(home, faults, 10)
            is_blocked = not lines.is_ready(20 if NEVER_STARTS.get(faults) else QUIET) and client.poll() is None
        journal = entries(home)
        return Seen(lines.known, is_blocked, sent, fired(journal), end, (home / "stderr").read_text())
    finally:
        # The replay notices by itself that its client is gone.
        client.kill()
        client.wait()
        try:
            for process in processes_of(home):
                await_end(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(client.pid, signal.SIGKILL)


def expected(faults: str) -> list[str]:
    """What the client says, all in all."""
    if faults in NEVER_STARTS:
        return ["waits for 30 seconds", TIMED_OUT]
    return LATE_HANGS.get(faults) or ["ready", *(TEXTS[index] for index in HANGS[faults].texts)]


class Lines:
    """The lines that come through a pipe, each a text in JSON."""

    def __init__(self, descriptor: int) -> None:
        self.known: list[str] = []
        self._descriptor = descriptor
        self._rest = b""

    def is_ready(self, seconds: float) -> bool:
        """Waits until something has come, or the end, but no longer than so many seconds."""
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        return bool(ready)

    def await_lines(self, count: int, seconds: float) -> None:
        """Waits for so many lines, or the end, but no longer than so many seconds."""
        deadline = time.monotonic() + seconds
        while len(self.known) < count and self.is_ready(max(0, deadline - time.monotonic())):
            read = os.read(self._descriptor, 65536)
            if not read:
                return
            *lines, self._rest = (self._rest + read).split(b"\n")
            self.known += map(json.loads, lines)


def await_sent(home: Path, faults: str, seconds: float) -> tuple[str, int | str | None]:
    """Waits until the replay has done its part, but no longer than so many seconds. @returns what it has sent"""
    hang = HANGS.get(faults)
    deadline = time.monotonic() + seconds
    while True:
        journal = entries(home)
        of_first = [entry["sent"] for entry in journal if entry.get("asked") == 1 and "sent" in entry]
        sent = " ".join(one for one in of_first if one != "acknowledgement")
        last = journal[-1]
        end = last.get("code", last.get("signal")) if last.get("event") == "end" else None
        if hang is None or (sent, end) == (hang.sent, hang.end) or time.monotonic() > deadline:
            return sent, end
        time.sleep(0.02)


def main(package: str, seconds: str) -> None:
    """The client: says when it is ready, what it is answered, twice, and what is raised."""
    if seconds:
        hurry(float(seconds))
    try:
        with PluginRunner(IntegrationConfig(), package) as runner:
            say("ready")
            for _ in range(2):
                for text in ask(runner, weather()):
                    say(text)
                say("ends")
        say("closed")
    except TimeoutError as error:
        say(f"TimeoutError: {error}")


def say(text: str) -> None:
    print(json.dumps(text), flush=True)


def hurry(seconds: float) -> None:
    """Nothing else of the SDK is changed: its time limit for a start is written into it."""

    class Semaphore(run.Semaphore):
        def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
            say(f"waits for {timeout} seconds")
            return super().acquire(blocking, seconds)

    run.Semaphore = Semaphore


@pytest.mark.timeout(200)
@pytest.mark.parametrize("faults", HANGS)
def test_it_waits_for_ever(seen, faults):
    hang, client = HANGS[faults], seen[faults]
    assert client.lines == expected(faults)
    assert (client.sent, client.end) == (hang.sent, hang.end)
    assert client.fired == set(faults.split("\n"))
    assert client.is_blocked
    assert hang.told in client.errors if hang.told else client.errors == ""


@pytest.mark.timeout(200)
@pytest.mark.parametrize("faults", LATE_HANGS)
def test_it_answers_and_blocks_later(seen, faults):
    client = seen[faults]
    assert client.lines == LATE_HANGS[faults]
    assert client.fired == {faults}
    assert client.is_blocked
    assert (client.end, client.errors) == (None, "")


@pytest.mark.timeout(200)
@pytest.mark.parametrize("seconds", ["0.5"])
@pytest.mark.parametrize("faults", NEVER_STARTS)
def test_a_start_times_out_after_thirty_seconds(seen, faults, seconds):
    """And a program whose thread still reads does not end."""
    client = seen[faults]
    assert client.lines == ["waits for 30 seconds", TIMED_OUT]
    assert client.fired == {faults}
    assert client.is_blocked != NEVER_STARTS[faults]


# What its user can do.


def test_faults_of_several_lines_and_of_a_plan_act_together(start, tmp_path, monkeypatch):
    plan = tmp_path / "plan.yaml"
    plan.write_text("seed: 7\nfaults:\n  - fault: duplicate\n    at: response 3\n    invocation: 1\n")
    monkeypatch.setenv("REPRISE_FAULT_PLAN", str(plan))
    with start("drop at=response:1 invocation=1\nrate-limited invocation=2 where=/request/tool=fore*") as runner:
        assert answer(runner) == [TEXTS[1], TEXTS[2], TEXTS[2]]
        (raised,) = answer(runner)
        assert "InvokeRateLimitError" in raised
        assert answer(runner) == TEXTS
    journal = entries(tmp_path)
    assert journal[0]["seed"] == 7
    assert len(fired(journal)) == 3


def test_a_seed_repeats_what_was_random(start, monkeypatch):
    def lose(seed: str) -> list[list[str]]:
        monkeypatch.setenv("REPRISE_SEED", seed)
        with start("drop at=response:any chance=0.5") as runner:
            return [answer(runner) for _ in range(4)]

    first = lose("1")
    assert first == lose("1")
    assert first != lose("2")


def test_a_fault_that_never_acts_is_named_by_the_report(start, tmp_path):
    idle = "stall at=response:9 action=no_such_action"
    with start(f"{idle}\nduplicate") as runner:
        answer(runner)
    with start(f"duplicate\n{idle}") as runner:
        answer(runner)
    assert report(tmp_path) == (
        0,
        "reprise: 2 replays\n"
        "reprise: 1 of 1 invocation used, 0 repeated, 0 not used, 0 missed, 0 refused, 1 fault never acted\n"
        f"  never acted {idle}\n",
    )
    status, text = report(tmp_path, "--strict")
    assert status == 1
    assert text.endswith(f"1 fault never acted\n  never acted {idle}\n")


def test_a_report_counts_how_often_faults_have_acted(start, tmp_path):
    with start("duplicate\ncrlf at=ready") as runner:
        answer(runner)
        answer(runner)
    with start("duplicate") as runner:
        answer(runner)
    status, text = report(tmp_path, "--json")
    assert status == 0
    faults = {one["fault"]: one["fired"] for one in json.loads(text)["faults"]}
    assert faults == {"duplicate": 3, "crlf at=ready": 1}
    assert "never acted" not in report(tmp_path)[1]


WRONG = {
    "no such kind": ("stal at=response:2", "stal"),
    "no such place": ("stall at=nowhere", "nowhere"),
    "no such parameter": ("exit status=3", "status"),
    "a value that is none": ("exit code=many", "many"),
    "the second line": ("stall\nstall at=response:2 at=end", "at"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_fault_is_refused_before_a_plugin_starts(name, tmp_path, monkeypatch, capfd):
    spec, cause = WRONG[name]
    for variable, value in (equip(tmp_path) | {"REPRISE_FAULT": spec}).items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(subprocess.CalledProcessError) as raised:
        IntegrationConfig()
    assert raised.value.returncode == 2
    said = capfd.readouterr().err
    assert "REPRISE_FAULT" in said
    assert cause in said
    assert not (tmp_path / "journals").exists()


# docs/python.md


def test_the_page_names_what_each_fault_does():
    """A spec of the page has what acts together joined by ` + `."""
    page = (ROOT / "docs/python.md").read_text()
    rows = re.findall(r"^\| (.+?) \| (`.+`) \|$", page.partition("\n## Faults\n")[2].partition("\n## ")[0], re.M)
    named = {outcome: {spec.strip("`").replace("` + `", "\n") for spec in row.split(", ")} for outcome, row in rows}
    assert named == {
        "works": WORKS,
        "works, and logs a warning": WARNS,
        "raises `ValueError`; the next request is answered": set(RAISES),
        "loses messages, and logs a warning": set(LOSES_WITH_A_WARNING),
        "loses messages, and says nothing": set(LOSES_SILENTLY),
        "gives a message twice, or in another order": set(MISTAKES),
        "waits for ever": set(HANGS),
        "waits for ever at the next request": {"stop-reading"},
        "waits for ever when it is closed": {"ignore-signals"},
        "waits 30 seconds, and raises `TimeoutError`": set(NEVER_STARTS),
    }


@pytest.mark.timeout(120)
def test_the_recipe_of_the_page(tmp_path):
    (recipe,) = re.findall(r"^```python test_faults\.py\n(.*?)^```", (ROOT / "docs/python.md").read_text(), re.M | re.S)
    suite = Suite(tmp_path, " ")
    suite.write("test_faults.py", recipe)
    assert suite.run("test_weather.py", REPRISE_RECORD_MODE="once") == {"passed": 2}
    assert suite.replay() == {"passed": 4}
    started = suite.logged().count("start")
    assert suite.run(REPRISE_RECORD_MODE="all") == {"passed": 4}
    assert suite.logged().count("start") == started + 2
    suite.write("test_faults.py", recipe.replace("InvokeRateLimitError", "AnotherError"))
    assert suite.replay("test_faults.py")["failed"] == 1


if __name__ == "__main__":
    main(*sys.argv[1:])
