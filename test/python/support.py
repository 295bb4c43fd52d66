"""The SDK's own client, what it asks an invented weather plugin, and recordings of that."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from dify_plugin.core.entities.plugin.request import PluginInvokeType, ToolActions, ToolInvokeRequest
from dify_plugin.entities.tool import ToolInvokeMessage
from dify_plugin.integration.entities import PluginInvokeRequest
from dify_plugin.integration.run import PluginRunner

ROOT = Path(__file__).resolve().parents[2]
PARIS = {"city": "Paris", "days": 3}
USER = "7d2f0c8e-41b5-4c0e-9a57-1f6f3f0f9b11"
OTHER_USER = "c05b61f4-2f7e-4a39-8d4e-5a0e6f4f2c22"


def weather(parameters: Mapping[str, Any] = PARIS, **other: Any) -> ToolInvokeRequest:
    fields = {"user_id": USER, "provider": "weather", "tool": "forecast", "credentials": {}} | other
    return ToolInvokeRequest(tool_parameters=parameters, **fields)


def ask(runner: PluginRunner, request: ToolInvokeRequest) -> Iterator[str]:
    """The texts of an answer, as they come."""
    for message in runner.invoke(PluginInvokeType.Tool, ToolActions.InvokeTool, request, ToolInvokeMessage):
        yield message.message.text


def refusal(runner: PluginRunner, request: ToolInvokeRequest) -> str:
    """The exception that a request ends in, as its user sees it; a temporary journal's path is FILE."""
    with pytest.raises(ValueError) as raised:
        list(ask(runner, request))
    return re.sub(r"; journal /\S+/reprise-\w+/journal\.jsonl", "; journal FILE", str(raised.value))


def message_in(exception: str) -> str:
    """What the replay said, taken out of the exception's text."""
    return json.loads(ast.literal_eval(exception)["error"])["message"]


def record(file: Path, asked: Mapping[str, ToolInvokeRequest], gap: int = 0) -> Path:
    """Writes a recording in which each request, under its id, was answered by three texts, `gap` milliseconds apart."""
    entries = [
        '{"format":"reprise","version":1,"recorded_at":"2026-11-22T08:00:00.000Z","command":["dify"],'
        '"recorder":{"name":"reprise","version":"0.1.0","node":"v20.19.0","platform":"linux-x64"}}'
    ]
    at = 0

    def add(sender: str, message: str) -> None:
        entries.append(f'{{"at":{at},"from":"{sender}","message":{message}}}')

    def answer(invoke_id: str, kind: str, response: Mapping[str, Any]) -> None:
        message = {"invoke_id": invoke_id, "type": kind, "response": response}
        add("plugin", json.dumps(message, separators=(",", ":")))  # as compact as the program writes it

    answer("", "info", {"info": "loading plugin"})
    answer("", "plugin_ready", {"info": "plugin loaded"})
    for invoke_id, request in asked.items():
        # As PluginRunner makes it.
        line = PluginInvokeRequest(invoke_id=invoke_id, type=request.type, action=request.action, request=request)
        add("client", line.model_dump_json())
        answer("", "info", {"info": "received request"})
        for text in answer_to(invoke_id):
            at += gap
            answer(invoke_id, "plugin_response", {"type": "text", "message": {"text": text}, "meta": None})
        answer(invoke_id, "plugin_invoke_end", {"info": "plugin invoke end"})
    file.write_text("".join(f"{entry}\n" for entry in entries))
    return file


def answer_to(invoke_id: str) -> list[str]:
    return [f"{invoke_id}: {text}" for text in ("18 °C", "\"rain\",\n'wind'", "☔ \\ end")]
