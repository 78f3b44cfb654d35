"""The console with a large catalogue: its memory, and how long its pages take.

    python -m tests.benchmarks.console_catalogue --offers 100000 --decisions 40

It fills a store as the follower would, but for the older decisions of each offer, which are written
in bulk, and serves it from a process of its own, without Kafka.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import msgspec
from sqlalchemy import update

from streams.configuration.settings import Settings
from streams.web.store.database import open_store, put, writing
from streams.web.store.intake.record import Taken, packed
from streams.web.store.intake.take import take
from streams.web.store.tables import decisions, offers

START = 1_700_000_000_000
DAY = 86_400_000
BATCH = 4000
DAYS = 30
#: The item that is looked at first.
FIRST = 711
#: Less often than in a console, whose pages are not being timed.
COUNT_SECONDS = 40
RULES = ("minimum_margin", "reference_band", "max_step_down", "max_step_up", "price_endings")
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


def sku(number: int) -> str:
    return f"item-{number}"


def product(number: int) -> Taken:
    value = {
        "sku": sku(number),
        "name": f"Item {number} of the catalogue",
        "currency": "EUR",
        "price": "10.00",
        "cost": "6.00",
        "category": f"c/{number % 50}",
        "brand": f"brand {number % 200}",
    }
    return Taken("products", 0, number, None, msgspec.json.encode(value), START)


def decision(number: int, turn: int) -> Taken:
    waits = number % 20 == 0
    step = [
        {"rule": rule, "input": "9.89", "output": "9.89", "detail": {"minimum": "8.00"}}
        for rule in RULES
    ]
    raw = {"elasticity": -2.5, "elasticity_deviation": 0.4, "maximise": "profit", "ruled": "it"}
    value = {
        "decision_id": f"{number:012x}-{turn}",
        "revision": turn,
        "sku": sku(number),
        "channel": "web",
        "price": "9.89",
        "previous_price": "10.00",
        "currency": "EUR",
        "effective_at": "2023-11-20T00:00:00Z",
        "time": "2023-11-20T00:00:00Z",
        "outcome": "proposed" if waits else "changed",
        "reason": "approval_required" if waits else "optimise",
        "policy_id": "usual",
        "policy_version": 1,
        "model_version": "online",
        "lowest_prior_price_30d": "9.50",
        "cause": {"topic": "tick", "partition": 0, "offset": -1},
        "explanation": [
            {"rule": "optimise", "input": None, "output": "9.89", "detail": raw},
            *step,
        ],
        "propensity": 1,
        "expected": {
            "units": 66.1,
            "revenue": "2283.47",
            "profit": "496.41",
            "lower": "107.29",
            "upper": "1294.87",
        },
        "expected_kept": {
            "units": 60.7,
            "revenue": "2404.17",
            "profit": "494.98",
            "lower": "106.99",
            "upper": "1290.99",
        },
    }
    return Taken("price-decisions", 0, number, None, msgspec.json.encode(value), START)


def change(number: int) -> Taken:
    value = msgspec.json.decode(decision(number, 1).value or b"")
    return Taken("price-changes", 0, number, None, msgspec.json.encode(value), START)


def observation(number: int, day: int) -> Taken:
    value = {
        "sku": sku(number),
        "channel": "web",
        "bucket_start": START + day * DAY,
        "bucket_end": START + (day + 1) * DAY,
        "units": number % 7,
        "views": 40,
        "price": "10.00",
        "competitor_price": "9.90",
        "stocked_out": False,
        "currency": "EUR",
    }
    for name in ("bucket_start", "bucket_end"):
        seconds = int(value[name]) // 1000  # type: ignore[call-overload]
        value[name] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    return Taken("demand-observations", 0, number, None, msgspec.json.encode(value), START)


def fill(url: str, number: int, per_offer: int) -> None:
    store = open_store(url)

    def feed(name: str, records: Iterator[Taken], total: int) -> None:
        began, batch, done = time.monotonic(), [], 0
        for record in records:
            batch.append(record)
            if len(batch) == BATCH:
                take(store, batch, {}, {})
                done += len(batch)
                batch = []
        take(store, batch, {}, {})
        seconds = time.monotonic() - began
        print(f"{name}: {total:,} in {seconds:.0f} s, {total / seconds:,.0f}/s", flush=True)

    policy = msgspec.json.encode({"policy_id": "usual"})
    take(store, [Taken("pricing-policies", 0, 0, None, policy, START)], {}, {})
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


def serve(url: str, port: int) -> None:
    """In a process of its own: what `pricetide console` serves, without the follower."""
    import uvicorn

    from streams.web.application import application
    from streams.web.charts import draw
    from streams.web.server import context_of, count_anew

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

    threading.Thread(target=count, daemon=True).start()
    uvicorn.run(application(context), port=port, log_level="warning", access_log=False)


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


def measure(url: str, rounds: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.console_catalogue", "--serve", str(port)]
    with subprocess.Popen([*command, "--store", url]) as server:
        try:
            began = time.monotonic()
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/live").read()
                    break
                except OSError:
                    time.sleep(0.2)
            print(f"started in {time.monotonic() - began:.1f} s", flush=True)
            time.sleep(COUNT_SECONDS / 2)  # until it has counted
            for page in PAGES:
                spent = []
                before = cpu_ms(server.pid)
                for number in range(rounds):
                    address = f"http://127.0.0.1:{port}{page}".format(FIRST + number)
                    began = time.monotonic()
                    urllib.request.urlopen(address).read()
                    spent.append((time.monotonic() - began) * 1000)
                cpu = (cpu_ms(server.pid) - before) / rounds
                print(f"{cpu:5.0f} ms of CPU {median(spent):5.0f} ms median  {page}", flush=True)
            time.sleep(COUNT_SECONDS)
            approve_all(f"http://127.0.0.1:{port}", server.pid)
            time.sleep(COUNT_SECONDS)
            print(f"memory {memory_mb(server.pid, 'VmRSS'):.0f} MB now", end=", ")
            print(f"{memory_mb(server.pid, 'VmHWM'):.0f} MB at most")
        finally:
            server.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--store", help="a store that is filled already")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.store, options.serve)
    elif options.store is not None:
        measure(options.store, options.rounds)
    else:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/console.sqlite"
            fill(url, options.offers, options.decisions)
            print(f"{Path(folder, 'console.sqlite').stat().st_size / 1e6:,.0f} MB on disk")
            measure(url, options.rounds)


if __name__ == "__main__":
    main()
