"""The console with a large catalogue: its memory, and how long its pages take.

    python -m tests.benchmarks.console_catalogue --offers 100000 --decisions 40
    python -m tests.benchmarks.console_catalogue --filling 100000

It fills a store as the follower would, but for the older decisions of each offer, which are written
in bulk, and serves it from a process of its own, without Kafka. With `--filling`, the pages are
asked for while that process takes records in, round after round, and counts the shop anew.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

from sqlalchemy import update

from streams.configuration.settings import Settings
from streams.web.background import stand_back
from streams.web.context import Context
from streams.web.memory import share_heaps
from streams.web.store.database import open_store, put, writing
from streams.web.store.follower import MOST_AT_ONCE
from streams.web.store.intake.record import Taken, packed
from streams.web.store.intake.take import take
from streams.web.store.tables.shop import decisions, offers
from tests.benchmarks.console_records import (
    START,
    change,
    decision,
    observation,
    policy,
    product,
    rounds_of,
    told,
)

DAYS = 30
#: The item that is looked at first.
FIRST = 711
#: Less often than in a console, whose pages are not being timed.
COUNT_SECONDS = 40
#: `{}` is another number in each round: what was drawn for an offer is kept for a while.
PAGES = (
    "/",
    "/offers",
    "/offers?sort=-margin",
    "/offers?sort=-sold&state=above-competitor",
    "/offers?q=item+711",
    "/offers?category=c%2F7&sort=price",
    "/offers/item-{}/web",
    "/queue",
    "/policies",
    "/policies/edit?policy_id=usual",
    "/promotions",
    "/experiments",
    "/models",
    "/alerts",
    "/dead-letters",
    "/health",
    "/audit",
    "/api/v1/offers?limit=100",
    "/api/v1/offers/item-{}/web",
    "/api/v1/proposals",
)


def fill(url: str, number: int, per_offer: int) -> None:
    store = open_store(url)

    def feed(name: str, records: Iterator[Taken], total: int) -> None:
        began = time.monotonic()
        for batch in rounds_of(records, MOST_AT_ONCE):
            take(store, batch, {}, {})
        seconds = time.monotonic() - began
        print(f"{name}: {total:,} in {seconds:.0f} s, {total / seconds:,.0f}/s", flush=True)

    take(store, [policy()], {}, {})
    feed("products", (product(n) for n in range(number)), number)
    feed("changes", (change(n) for n in range(number)), number)
    body = packed(decision(1, 0).value or b"")
    for turn in range(per_offer - 1):
        with writing(store).begin() as connection:
            for start in range(0, number, 20_000):
                rows = [
                    {
                        "decision_id": f"{n:012x}-o{turn}",
                        "offer_id": n + 1,
                        "time": START,
                        "outcome": "held",
                        "body": body,
                    }
                    for n in range(start, min(number, start + 20_000))
                ]
                put(connection, decisions, rows, by=["decision_id"], replace=False)
    with writing(store).begin() as connection:
        connection.execute(update(offers).values(kept=per_offer - 1))
    feed("decisions", (decision(n, per_offer) for n in range(number)), number)
    days = range(DAYS) if number <= 20_000 else range(DAYS - 5, DAYS)
    if per_offer < 10:
        days = range(0)
    for day in days:
        feed(f"day {day}", (observation(n, day) for n in range(number)), number)
    store.dispose()


def serve(url: str, port: int, filling: int) -> None:
    """In a process of its own: what `pricetide console` serves, without Kafka.

    filling: offers whose records are taken in meanwhile.
    """
    share_heaps()
    import uvicorn

    from streams.web.application import application
    from streams.web.charts import draw
    from streams.web.server import context_of, count_anew, keep_counting

    class Nowhere:
        async def send(self, letters: object) -> None:
            """Take what would go to Kafka."""

        async def close(self) -> None:
            """Nothing is held."""

    context = context_of(Settings(store=url), "127.0.0.1")
    context = dataclasses.replace(context, outbox=Nowhere())  # type: ignore[arg-type]
    context.progress.measured({"price-changes": 0})
    draw.warm()

    def count() -> None:
        while True:
            count_anew(context)
            time.sleep(COUNT_SECONDS)

    if filling:
        threading.Thread(target=asyncio.run, args=(keep_counting(context),), daemon=True).start()
        threading.Thread(target=take_in, args=(context, filling), daemon=True).start()
    else:
        threading.Thread(target=count, daemon=True).start()
    uvicorn.run(application(context), port=port, log_level="warning", access_log=False)


def take_in(context: Context, number: int) -> None:
    """As the follower does, as quickly as it can."""
    stand_back()
    began, done, said = time.monotonic(), 0, 0
    for batch in rounds_of(told(number), MOST_AT_ONCE):
        take(context.store, batch, {}, {})
        context.progress.rounds += 1
        done += len(batch)
        if done - said >= number:
            said = done
            print(f"{done:,} records, {done / (time.monotonic() - began):,.0f}/s", flush=True)


def cpu_ms(pid: int) -> float:
    """What a process has spent; where others keep the processors busy, a page takes longer."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith(name)]
    return int(line.split()[1]) / 1000


def approve_all(base: str, pid: int) -> None:
    """All that waits, as somebody does it: chosen in the queue, looked at, answered."""

    def post(path: str, **fields: str) -> str:
        body = urllib.parse.urlencode(fields).encode()
        return str(urllib.request.urlopen(base + path, body).read().decode())

    page = urllib.request.urlopen(base + "/queue").read().decode()
    token = re.findall('name="form_token" value="([^"]+)"', page)[0]
    began, before = time.monotonic(), cpu_ms(pid)
    page = post("/queue/review", form_token=token, answer="approve", all="1")
    (ids,) = re.findall('name="ids" value="([^"]+)"', page)
    page = post("/queue/answer", form_token=token, answer="approve", ids=ids, reason="measured")
    seconds, cpu = time.monotonic() - began, (cpu_ms(pid) - before) / 1000
    (said,) = re.findall("<h1>([^<]+)</h1>", page)
    print(f"{said}: {seconds:.1f} s, {cpu:.1f} s of CPU", flush=True)


@contextmanager
def served(url: str, filling: int = 0) -> Iterator[tuple[str, int]]:
    """A console of its own, once it answers: its address and its process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.console_catalogue", "--serve", str(port)]
    with subprocess.Popen([*command, "--store", url, "--filling", str(filling)]) as server:
        try:
            began = time.monotonic()
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/live").read()
                    break
                except OSError:
                    time.sleep(0.2)
            print(f"started in {time.monotonic() - began:.1f} s", flush=True)
            yield f"http://127.0.0.1:{port}", server.pid
            print(f"memory {memory_mb(server.pid, 'VmRSS'):.0f} MB now", end=", ")
            print(f"{memory_mb(server.pid, 'VmHWM'):.0f} MB at most")
        finally:
            server.terminate()


def taken_ms(address: str) -> float:
    began = time.monotonic()
    urllib.request.urlopen(address).read()
    return (time.monotonic() - began) * 1000


def measure(url: str, rounds: int) -> None:
    with served(url) as (base, pid):
        time.sleep(COUNT_SECONDS / 2)  # until it has counted
        for page in PAGES:
            before = cpu_ms(pid)
            spent = [taken_ms(base + page.format(FIRST + number)) for number in range(rounds)]
            cpu = (cpu_ms(pid) - before) / rounds
            print(f"{cpu:5.0f} ms of CPU {median(spent):5.0f} ms median  {page}", flush=True)
        time.sleep(COUNT_SECONDS)
        approve_all(base, pid)
        time.sleep(COUNT_SECONDS)


def measure_filling(url: str, rounds: int, number: int) -> None:
    """All pages, one after the other, again and again: what is taken in meanwhile differs."""
    with served(url, number) as (base, _):
        while True:  # until the offers that are looked at are there
            with suppress(urllib.error.HTTPError):
                taken_ms(f"{base}/offers/item-{FIRST + rounds}/web")
                break
            time.sleep(1)
        spent: dict[str, list[float]] = {page: [] for page in PAGES}
        for turn in range(rounds):
            for page in PAGES:
                spent[page].append(taken_ms(base + page.format(FIRST + turn)))
        for page, each in spent.items():
            print(f"{median(each):5.0f} ms median {max(each):5.0f} ms at most  {page}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--store", help="a store that is filled already")
    parser.add_argument(
        "--filling", type=int, default=0, metavar="OFFERS", help="take so many in meanwhile"
    )
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.store, options.serve, options.filling)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = options.store or f"sqlite:///{folder}/console.sqlite"
        if options.filling:
            measure_filling(url, options.rounds, options.filling)
            return
        if options.store is None:
            fill(url, options.offers, options.decisions)
            print(f"{Path(folder, 'console.sqlite').stat().st_size / 1e6:,.0f} MB on disk")
        measure(url, options.rounds)


if __name__ == "__main__":
    main()
