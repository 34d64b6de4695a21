"""A log that nobody reads stops nothing (F85)."""

import io
import os
import threading
import time

from carehub.kit.log import Sink


def test_a_pipe_that_nobody_empties_holds_nobody_up_f85() -> None:
    """F85: a full pipe blocks its writer for ever; whoever logs must not notice."""
    reading, writing = os.pipe()
    sink = Sink(os.fdopen(writing, "w"))
    line = "x" * 1000 + "\n"

    began = time.monotonic()
    for _ in range(12_000):  # the pipe holds 64 KB, the sink 10,000 lines
        sink.write(line)
        sink.flush()
    taken = time.monotonic() - began

    assert taken < 5
    assert sink.dropped > 1_000
    told = threading.Event()

    def read() -> None:
        while b"log.dropped lines=" not in os.read(reading, 1 << 20):
            pass
        told.set()

    threading.Thread(target=read, daemon=True).start()
    assert told.wait(20)  # as soon as somebody reads again, the log says how much is missing


def test_what_was_logged_last_is_written_before_the_process_ends() -> None:
    written = io.StringIO()
    sink = Sink(written)
    for number in range(100):
        sink.write(f"{number}\n")
    sink.drain()

    assert written.getvalue().splitlines() == [str(number) for number in range(100)]


def test_an_end_that_is_gone_is_counted() -> None:
    written = io.StringIO()
    written.close()
    sink = Sink(written)
    sink.write("x")
    sink.drain()

    assert sink.dropped == 1
