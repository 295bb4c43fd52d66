import fcntl
import json

from support import OTHER_USER, PARIS, answer_to, ask, message_in, refusal, weather


def told(what: str) -> str:
    """All that a user of PluginRunner sees of a near miss."""
    return (
        """{'error': '{"args":{},"error_type":"NoRecordedInvocation","message":"reprise: no match for invoke_tool; """
        f"""nearest weather.jsonl#1: {what}; journal FILE"}}'}}"""
    )


def test_another_value_is_told_with_both_values_and_can_be_ignored(play):
    with play() as runner:
        assert refusal(runner, weather({"city": "Rome", "days": 3})) == told(
            r"/request/tool_parameters/city recorded \'Paris\', received \'Rome\'; "
            "to accept it: --ignore /request/tool_parameters/city"
        )


def test_an_additional_field_was_recorded_as_nothing_and_can_be_ignored(play):
    with play() as runner:
        assert refusal(runner, weather(PARIS | {"unit": "metric"})) == told(
            r"/request/tool_parameters/unit recorded nothing, received \'metric\'; "
            "to accept it: --ignore /request/tool_parameters/unit"
        )


def test_a_missing_field_is_received_as_nothing_and_can_be_ignored(play):
    with play() as runner:
        assert refusal(runner, weather({"city": "Paris"})) == told(
            "/request/tool_parameters/days recorded 3, received nothing; "
            "to accept it: --ignore /request/tool_parameters/days"
        )


def test_another_uuid_can_be_accepted_as_any_uuid(play):
    with play() as runner:
        assert refusal(runner, weather(user_id=OTHER_USER)) == told(
            r"/request/user_id recorded \'7d2f0c8e-41b5-4c0e-9a57-1f6f3f0f9b11\', "
            r"received \'c05b61f4-2f7e-4a39-8d4e-5a0e6f4f2c22\'; to accept it: --match /request/user_id=uuid"
        )


def test_another_tool_has_to_be_recorded(play):
    with play() as runner:
        assert refusal(runner, weather(tool="alerts")) == told(
            r"/request/tool recorded \'forecast\', received \'alerts\'; to have it answered: record it"
        )


def test_quotes_backslashes_newlines_and_emoji_in_a_value_leave_it_one_line_without_double_quotes(play):
    city = "\"Pa\\ris\"\r\n\t'🎬'\v\f\x1c\x85\u2028\u2029"
    with play() as runner:
        exception = refusal(runner, weather({"city": city, "days": 3}))
    assert message_in(exception) == (
        "reprise: no match for invoke_tool; nearest weather.jsonl#1: /request/tool_parameters/city recorded 'Paris', "
        r"received '`Pa\ris`\r\n\t'🎬'??????'; to accept it: --ignore /request/tool_parameters/city; journal FILE"
    )
    assert len(exception.splitlines()) == 1


def test_a_value_that_is_cut_within_an_emoji_is_told_all_the_same(play):
    with play() as runner:
        message = message_in(refusal(runner, weather({"city": 59 * "a" + 20 * "🎬", "days": 3})))
    assert f"received '{59 * 'a'}" in message
    assert message.endswith("; to accept it: --ignore /request/tool_parameters/city; journal FILE")
    assert message.isprintable()


def test_the_message_survives_in_the_exception_and_the_next_request_is_answered(play, tmp_path, monkeypatch):
    journal = tmp_path / "journal.jsonl"
    monkeypatch.setenv("REPRISE_JOURNAL", str(journal))
    requests = [weather({"city": "Rome"}), weather({"city": "\"'\\\n🎬"}), weather(user_id=OTHER_USER)]
    with play() as runner:
        messages = [message_in(refusal(runner, request)) for request in requests]
        assert list(ask(runner, weather())) == answer_to("paris")
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    assert messages == [entry["missed"]["text"] for entry in entries if "missed" in entry]
    for message in messages:
        assert '"' not in message
        assert len(message.splitlines()) == 1
        assert message.endswith(f"; journal {journal}")


def test_two_hundred_misses_whose_stderr_is_never_read_do_not_hang(play):
    with play() as runner:
        if hasattr(fcntl, "F_SETPIPE_SZ"):  # Linux: a pipe that is full after a few
            fcntl.fcntl(runner.stderr_pipe_write, fcntl.F_SETPIPE_SZ, 4096)
        for number in range(200):
            assert f"received 'City {number}'" in message_in(refusal(runner, weather({"city": f"City {number}"})))
        assert list(ask(runner, weather())) == answer_to("paris")
    assert runner.process.returncode == 0
