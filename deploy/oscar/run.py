"""The shop, a Kafka of its own, the pricer, and what joins them: `make demo-shop`."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from streams.errors import ExpectedError
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.broker.process import free_ports, spawn, stop

HERE = Path(__file__).resolve().parent
CLI = [sys.executable, "-m", "streams.cli"]
MANAGE = [sys.executable, str(HERE / "manage.py")]
PATIENCE_SECONDS = 300.0
STOP_SECONDS = 10.0
HOST = "127.0.0.1"
WELCOME = """
The shop:            {url}/     (anna@shop.example, anna-likes-coffee)
Play the competitor: {url}/competitor/
Kafka is at {bootstrap}; logs and the database are in {folder}. Ctrl-C ends it all.

Look at a product, then let the competitor ask less for it: the price in the shop follows.
"""


class ShopStack:
    """All processes of the demonstration; a context that ends them.

    The shop tells of products, orders, views and baskets by a table in its own database, which
    `relay` empties into Kafka. `pricetide apply` brings prices to its webhook.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.broker = EmbeddedBroker()

    def __enter__(self) -> ShopStack:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        stop(list(self.processes.values()), STOP_SECONDS)
        self.broker.__exit__(None, None, None)

    def _start(self) -> None:
        self.broker.__enter__()
        self.bootstrap = self.broker.bootstrap
        port, health = free_ports(2, HOST)
        self.url = f"http://{HOST}:{port}"
        os.environ |= {
            "PRICETIDE_BOOTSTRAP": self.bootstrap,
            "PRICETIDE_PARTITIONS": "2",
            "PRICETIDE_INSTANCE": "shop",
            "PRICETIDE_WEBHOOK_SECRET": secrets.token_hex(16),
            "SHOP_DATA": str(self.folder),
            "PYTHONWARNINGS": "ignore",
        }
        self._do("topics", [*CLI, "topics"])
        policies = str(HERE / "policies.json")
        self._run("worker", [*CLI, "worker", "--policies", policies, "--metrics", str(health)])
        self._do("migrate", [*MANAGE, "migrate", "--run-syncdb", "-v0"])
        self._do("fill", [*MANAGE, "fill_shop"])
        self._run("shop", [*MANAGE, "runserver", "--noreload", f"{HOST}:{port}"])
        self._run("relay", [*MANAGE, "relay"])
        self.apply()
        self._wait("the shop", f"{self.url}/competitor/")
        # a new installation compiles the rules first, which takes a while
        self._wait("the pricer", f"http://{HOST}:{health}/ready")

    def apply(self) -> None:
        """Start what brings prices to the shop, also again after an end."""
        self._run("apply", [*CLI, "apply", "--to", f"{self.url}/hooks/prices"])

    def require_running(self) -> None:
        """ExpectedError where one has ended."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise ExpectedError(f"{name} has ended; the end of its log:\n{self.tail(name)}")

    def tail(self, name: str) -> str:
        """The end of a log."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]

    def _do(self, name: str, command: list[str]) -> None:
        process = spawn(command, self.folder / f"{name}.log")
        if process.wait(PATIENCE_SECONDS):
            raise ExpectedError(f"{name} failed:\n{self.tail(name)}")

    def _run(self, name: str, command: list[str]) -> None:
        self.processes[name] = spawn(command, self.folder / f"{name}.log")

    def _wait(self, what: str, url: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.require_running()
            try:
                urllib.request.urlopen(url, timeout=10).close()
                return
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                if time.monotonic() > deadline:
                    raise ExpectedError(f"{what} does not answer: {error}") from None
                time.sleep(0.3)


def main() -> int:
    """Run until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="pricetide-shop-"))
    try:
        with ShopStack(folder) as stack:
            values = {"url": stack.url, "bootstrap": stack.bootstrap, "folder": folder}
            print(WELCOME.format(**values), flush=True)
            while True:
                stack.require_running()
                time.sleep(1)
    except KeyboardInterrupt:
        print("ended")
    except ExpectedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
