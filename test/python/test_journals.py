import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support import ROOT, ask, refusal, weather

OSLO = weather({"city": "Oslo", "days": 1})


@pytest.fixture
def journals(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "journals"
    monkeypatch.setenv("REPRISE_JOURNAL_DIR", str(folder))
    return folder


def report(folder: Path, *options: str) -> tuple[int, str]:
    command = ["node", ROOT / "bin/reprise.js", "report", folder, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=30)
    return done.returncode, re.sub(rf"journal {folder}/journal-[\w-]+\.jsonl", "journal FILE", done.stdout)


def test_the_report_of_three_runners_names_the_test_of_the_miss(play, journals):
    with play() as runner:
        list(ask(runner, weather()))
    with play() as runner:
        refusal(runner, weather(tool="alerts"))
    with play() as runner:
        list(ask(runner, OSLO))

    junit = journals.with_name("report.xml")
    status, text = report(journals, "--strict", "--junit", str(junit))
    test = "test_journals.py::test_the_report_of_three_runners_names_the_test_of_the_miss (call)"
    miss = (
        "no match for invoke_tool; nearest weather.jsonl#1: /request/tool recorded 'forecast', received 'alerts'; "
        "to have it answered: record it; journal "
    )
    assert text == (
        "reprise: 3 replays\n"
        "reprise: not as recorded: 2 of 2 invocations used, 0 repeated, 0 not used, 1 missed, 0 refused\n"
        f"  missed   request 1 in {test}: {miss}FILE\n"
    )
    assert status == 1
    assert report(journals)[0] == 0

    suites = ElementTree.parse(junit).getroot()
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("3", "1", "0")
    (failed,) = suites.findall(".//testcase[failure]")
    assert failed.get("classname") == test
    assert failed.get("name").startswith("request 1 invoke_tool (journal-")
    assert failed.find("failure").get("message").startswith(f"reprise: {miss}{journals}/journal-")


def test_three_runners_that_use_each_invocation_once_are_as_recorded(play, journals):
    for request in (weather(), OSLO):
        with play() as runner:
            list(ask(runner, request))
    with play():
        pass
    used = "reprise: 2 of 2 invocations used, 0 repeated, 0 not used, 0 missed, 0 refused"
    assert report(journals, "--strict") == (0, f"reprise: 3 replays\n{used}\n")
