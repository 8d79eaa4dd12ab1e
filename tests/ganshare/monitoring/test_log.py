"""The log: one line an event, with its context, and without any secret; libraries take part."""

import io
import json
import logging
import sys
import threading
import warnings
from typing import Any

import pytest
import structlog

from ganshare.monitoring.log import Redactor, get_logger, pseudonym, start_log
from ganshare.settings import BotSettings, CoreSettings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def core(**settings: Any) -> CoreSettings:
    return CoreSettings(**{"log": "json", **settings})


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_values_its_process_and_its_context() -> None:
    stream = io.StringIO()
    start_log("engine", core(), stream=stream)
    with structlog.contextvars.bound_contextvars(job="j1"):
        get_logger("engine.worker.worker").info("painting published", seconds=3.5)
    get_logger("engine.worker.worker").info("idle")
    first, second = written(stream)
    assert first["event"] == "painting published"
    assert (first["job"], first["seconds"], first["process"]) == ("j1", 3.5, "engine")
    assert (first["level"], first["logger"]) == ("info", "engine.worker.worker")
    assert first["timestamp"].endswith("Z")
    assert "job" not in second


def test_a_logger_made_before_the_start_follows_the_configuration() -> None:
    early = get_logger("early")
    stream = io.StringIO()
    start_log("engine", core(log_level="warning"), stream=stream)
    early.info("not shown")
    early.warning("shown")
    assert [line["event"] for line in written(stream)] == ["shown"]


def test_libraries_and_warnings_take_the_same_way() -> None:
    stream = io.StringIO()
    start_log("engine", core(), stream=stream)
    logging.getLogger("some.library").error("%d of %s", 3, "four")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("careful", stacklevel=1)
    library, warning = written(stream)
    assert (library["event"], library["logger"]) == ("3 of four", "some.library")
    assert "careful" in warning["event"]


def test_requests_of_health_checks_are_not_logged() -> None:
    stream = io.StringIO()
    start_log("engine", core(), stream=stream)
    logging.getLogger("uvicorn.access").info("GET /healthz")
    logging.getLogger("httpx").info("HTTP Request: GET /bot123/getMe")
    assert stream.getvalue() == ""


def test_auto_is_json_in_a_pipe_and_words_on_a_terminal() -> None:
    pipe, terminal = io.StringIO(), Terminal()
    start_log("engine", core(log="auto"), stream=pipe)
    get_logger("x").info("hello", n=1)
    start_log("engine", core(log="auto"), stream=terminal)
    get_logger("x").info("hello", n=1)
    assert written(pipe)[0]["event"] == "hello"
    assert "hello" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


@pytest.mark.parametrize(
    ("variable", "stream", "coloured"),
    [
        (None, Terminal(), True),
        ("NO_COLOR", Terminal(), False),
        (None, io.StringIO(), False),
        ("FORCE_COLOR", io.StringIO(), True),
    ],
)
def test_a_terminal_gets_colours_unless_told_otherwise(
    variable: str | None, stream: io.StringIO, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    if variable is not None:
        monkeypatch.setenv(variable, "1")
    start_log("engine", core(log="console"), stream=stream)
    get_logger("x").info("hello")
    assert ("\x1b[" in stream.getvalue()) is coloured


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_are_masked_in_events_values_tracebacks_and_libraries(form: str) -> None:
    stream = io.StringIO()
    settings = core(log=form, database_url="postgresql+asyncpg://ann:opensesame@db/x")
    start_log("bot", settings, BotSettings(discord_token="opendiscord"), stream=stream)
    log = get_logger("x")
    log.info("connecting to postgresql://bob:other@h/x", discord=("said", "opendiscord"))
    log.info("headers", headers={"Authorization": "Bearer abc", "n": 1}, api_key=424_242_424)
    logging.getLogger("lib").warning("password is %s", "opensesame")
    try:
        int("opensesame")
    except ValueError:
        log.exception("failed")
    text = stream.getvalue()
    for secret in ("opensesame", "opendiscord", "other", "Bearer", "424242424"):
        assert secret not in text
    assert "Traceback" in text
    assert "***" in text


def test_the_redactor_leaves_numbers_and_harmless_names_alone() -> None:
    event = {"event": "x", "seconds": 1.5, "key": "discord:1", "n": 7, "ok": True, "none": None}
    assert Redactor(["opensesame"])(None, "info", dict(event)) == event


def test_the_death_of_a_thread_is_logged() -> None:
    stream = io.StringIO()
    start_log("engine", core(), stream=stream)

    def die() -> None:
        raise RuntimeError("gone")

    thread = threading.Thread(target=die, name="beats")
    thread.start()
    thread.join()
    (line,) = written(stream)
    assert (line["event"], line["thread"]) == ("a thread died", "beats")
    assert "RuntimeError: gone" in line["exception"]


def test_a_person_stands_in_the_log_under_a_steady_other_name() -> None:
    assert pseudonym("discord:123") == pseudonym("discord:123") != pseudonym("discord:124")
    assert "123" not in pseudonym("discord:123456789")
    assert len(pseudonym("x")) == 10


def test_the_log_goes_to_stderr_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    start_log("engine", core(), stream=sys.stderr)
    get_logger("x").info("hello")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hello" in captured.err
