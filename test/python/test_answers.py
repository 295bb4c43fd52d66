import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from dify_plugin.core.entities.plugin.request import ModelActions, ModelInvokeLLMRequest, PluginInvokeType
from dify_plugin.entities.model.llm import LLMResultChunk
from dify_plugin.integration.exc import PluginStoppedError
from support import ROOT, USER, answer_to, ask, record, weather


def test_a_recorded_answer_comes_message_by_message(play):
    with play() as runner:
        assert list(ask(runner, weather())) == answer_to("paris")


def test_one_runner_asks_again_and_again_and_something_else(play):
    with play() as runner:
        for _ in range(3):
            assert list(ask(runner, weather())) == answer_to("paris")
            assert list(ask(runner, weather({"city": "Oslo", "days": 1}))) == answer_to("oslo")


def test_the_runner_closes_cleanly_and_takes_nothing_more(play):
    with play() as runner:
        assert list(ask(runner, weather())) == answer_to("paris")
    runner.stdout_reader.join(10)
    assert not runner.stdout_reader.is_alive()
    assert runner.process.returncode == 0
    with pytest.raises(PluginStoppedError):
        list(ask(runner, weather()))


def test_an_answer_that_is_left_half_way_does_not_disturb_the_next(play):
    with play() as runner:
        assert next(ask(runner, weather())) == answer_to("paris")[0]
        assert list(ask(runner, weather({"city": "Oslo", "days": 1}))) == answer_to("oslo")


def test_ten_threads_at_once_get_each_their_own_answer(play, tmp_path, monkeypatch):
    """With recorded gaps, so that the ten answers are under way at the same time."""
    monkeypatch.setenv("REPRISE_PACE", "recorded")
    requests = {f"city-{number}": weather({"city": f"City {number}"}) for number in range(10)}
    together = Barrier(len(requests))
    with play(record(tmp_path / "cities.jsonl", requests, gap=20)) as runner, ThreadPoolExecutor(10) as threads:

        def answer(request):
            together.wait()
            return list(ask(runner, request))

        answers = threads.map(answer, requests.values())
        assert list(answers) == [answer_to(invoke_id) for invoke_id in requests]


def test_a_shipped_recording_of_a_tool_answers_once_what_only_the_sdk_sends_is_ignored(play, monkeypatch):
    places = ["type", "action", "user_id", "credential_type"]
    monkeypatch.setenv("REPRISE_IGNORE", "\n".join(f"/request/{place}" for place in places))
    request = weather({"content": "order 12 of 345", "expression": r"\d+"}, provider="regex", tool="regex_extract")
    with play(ROOT / "recordings/regex.jsonl") as runner:
        assert list(ask(runner, request)) == ["['12', '345']"]


def test_a_shipped_recording_of_a_model_streams_once_what_only_the_sdk_sends_is_ignored(play, monkeypatch):
    places = ["type", "action", "user_id", "json_schema", "prompt_messages/*/name"]
    monkeypatch.setenv("REPRISE_IGNORE", "\n".join(f"/request/{place}" for place in places))
    with play(ROOT / "recordings/llm.jsonl") as runner:
        chunks = list(runner.invoke(PluginInvokeType.Model, ModelActions.InvokeLLM, first_of_llm(), LLMResultChunk))
    assert len(chunks) == 19
    text = "".join(chunk.delta.message.content for chunk in chunks)
    assert text.startswith("Record once, play it back for ever : naïve café, 日本語, emoji 🎬")
    assert chunks[-1].delta.finish_reason == "stop"


def first_of_llm() -> ModelInvokeLLMRequest:
    """The first request of recordings/llm.jsonl, as the SDK has it."""
    lines = (ROOT / "recordings/llm.jsonl").read_text().splitlines()
    first = next(entry for entry in map(json.loads, lines) if entry.get("from") == "client")
    return ModelInvokeLLMRequest(user_id=USER, **first["message"]["request"])
