import uuid

from support import answer_to, ask, message_in, refusal, weather


def test_an_ignored_user_can_be_anybody(play, monkeypatch):
    monkeypatch.setenv("REPRISE_IGNORE", "/request/user_id")
    with play() as runner:
        for user in ("somebody", "", str(uuid.uuid4())):
            assert list(ask(runner, weather(user_id=user))) == answer_to("paris")


def test_each_line_of_the_variable_is_a_place_to_ignore(play, monkeypatch):
    monkeypatch.setenv("REPRISE_IGNORE", "/request/user_id\n/request/tool_parameters/days")
    with play() as runner:
        assert list(ask(runner, weather({"city": "Paris", "days": 7}, user_id="somebody"))) == answer_to("paris")
        assert list(ask(runner, weather({"city": "Oslo"}, user_id="somebody"))) == answer_to("oslo")


def test_a_user_matched_as_uuid_can_be_any_uuid_and_nothing_else(play, monkeypatch):
    monkeypatch.setenv("REPRISE_MATCH", "/request/user_id=uuid")
    with play() as runner:
        for user in (str(uuid.uuid4()), uuid.uuid4().hex):
            assert list(ask(runner, weather(user_id=user))) == answer_to("paris")
        assert "received 'somebody', where a uuid is expected;" in message_in(
            refusal(runner, weather(user_id="somebody"))
        )
