"""The console on a port of its own, and a real browser."""

from __future__ import annotations

import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser

from streams.web.application import application
from streams.web.context import Context
from streams.web.preview.jobs import Previews
from streams.web.preview.outcome import PolicyTrial, PriceMove, TrialProfit
from tests import browser
from tests.streams.web.conftest import SKU


# not for the session: Playwright leaves a running event loop to the tests that come after
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # names under which the console does not know itself lead to it, too
    with browser.chromium("--host-resolver-rules=MAP *.example 127.0.0.1") as running:
        yield running


@pytest.fixture
def live(context: Context) -> Context:
    """The console's context, with previews that take no worker's state."""

    def run(_: Any, document: bytes) -> PolicyTrial:
        move = PriceMove(SKU, "web", "USD", "9.00", "8.50", -0.0556, "match_competitor", False)
        return PolicyTrial(offers=1, down=1, moves=[move], profit={"USD": TrialProfit(1, 3, 0, 9)})

    return dataclasses.replace(context, previews=Previews(context.settings, run))


@pytest.fixture
def serve() -> Iterator[Callable[[Context], str]]:
    ends: list[Callable[[], None]] = []

    def start(context: Context) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(context), log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()

        def end() -> None:
            server.should_exit = True
            thread.join()

        ends.append(end)
        while not server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for end in ends:
        end()
