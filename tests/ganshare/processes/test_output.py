"""Output of children: people see whose line it is, machines get one JSON object a line."""

import io
import json

from ganshare.processes.output import json_writer, prefix_writer


def test_prefixes_are_aligned_and_lines_left_whole() -> None:
    stream = io.StringIO()
    write = prefix_writer(["bot", "engine-1"], stream)
    write("bot", b"hello")
    write("engine-1", b"[not markup] " + b"x" * 200)
    assert stream.getvalue() == "bot      | hello\nengine-1 | [not markup] " + "x" * 200 + "\n"


def test_bytes_that_are_no_text_do_no_harm() -> None:
    stream = io.StringIO()
    prefix_writer(["a"], stream)("a", b"\xff\xfe \x1b]0;title\x07ok")
    assert stream.getvalue().endswith("ok\n")
    assert "\x1b" not in stream.getvalue()


def test_json_lines_stay_json_and_say_whose_they_are() -> None:
    stream = io.StringIO()
    write = json_writer(stream)
    write("engine-1", b'{"event": "painting published", "seconds": 3}')
    write("engine-1", b"Traceback (most recent call last):")
    write("engine-1", b"[1, 2]")
    first, second, third = map(json.loads, stream.getvalue().splitlines())
    assert first == {"child": "engine-1", "event": "painting published", "seconds": 3}
    assert second == {"child": "engine-1", "event": "Traceback (most recent call last):"}
    assert third == {"child": "engine-1", "event": "[1, 2]"}
