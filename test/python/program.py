"""Stands for the Dify CLI where it is recorded: runs an invented weather plugin, and writes down what it does.

PROGRAM_SAYS is what it says of every city, PROGRAM_LOG its log, PROGRAM_HOLD a pipe: where it is set, the tool `held`
opens it half way and goes no further.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LOG = Path(os.environ["PROGRAM_LOG"])
SAYS = os.environ.get("PROGRAM_SAYS", "sunny")


def main(words: list[str]) -> int:
    match words:
        case ["version"]:
            print("v0.6.10")
            return 0
        case ["plugin", "run", package, "--response-format", "json"] | [
            "plugin",
            "run",
            package,
            "-m",
            "stdio",
            "-r",
            "json",
        ]:
            return run(package)
    print(f"program.py: not understood: {words}", file=sys.stderr)
    return 2


def run(package: str) -> int:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    log("start")
    if not Path(package).is_file():
        say("", "error", {"error": f"open {package}: no such file or directory\nread plugin file error"})
        return 1
    print("2026/11/22 10:06:19 INFO init routine pool size=10000", file=sys.stderr, flush=True)
    say("", "info", {"info": "loading plugin"})
    say("", "plugin_ready", {"info": "plugin loaded"})
    for line in sys.stdin:
        say("", "info", {"info": "received request"})
        asked = json.loads(line)
        log(f"asked {asked['request']['tool']}")
        for kind, response in answer(asked["request"]["tool"], asked["request"]["tool_parameters"]):
            say(asked["invoke_id"], kind, response)
        say(asked["invoke_id"], "plugin_invoke_end", {"info": "plugin invoke end"})
    signal.pause()  # the end of its input does not end it
    return 0


def answer(tool: str, parameters: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield text(f"{parameters.get('city', 'nowhere')}: {SAYS} ☔ <&>\n")
    match tool:
        case "held" if "PROGRAM_HOLD" in os.environ:
            Path(os.environ["PROGRAM_HOLD"]).write_text("half way\n")
            signal.pause()
        case "hours":
            for hour in range(parameters["hours"]):
                yield text(f"{hour}:00 {SAYS}")
        case "map":
            yield text("🗺" * 100_000)  # 400 KB in one message
        case "starts":
            yield text(f"start {LOG.read_text().split().count('start')}")
        case "storm":
            said = {"args": {"traceback": "…"}, "error_type": "ValueError", "message": "no 'weather' \"today\""}
            yield "error", {"error": json.dumps(said)}


def text(words: str) -> tuple[str, dict[str, Any]]:
    return "plugin_response", {"type": "text", "message": {"text": words}, "meta": None}


def say(invoke_id: str, kind: str, response: dict[str, Any]) -> None:
    message = {"invoke_id": invoke_id, "type": kind, "response": response}
    written = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":  # as Go writes them
        written = written.replace(character, f"\\u{ord(character):04x}")
    sys.stdout.write(f"{written}\n")
    sys.stdout.flush()


def log(words: str) -> None:
    with LOG.open("a") as file:
        file.write(f"{words}\n")


sys.exit(main(sys.argv[1:]))
