"""The same job as Faust's documentation teaches it: an agent per topic, a table per figure.

Run by the benchmark as a process: python textbook_faust.py BOOTSTRAP INSTANCE
"""

import sys
import time

import faust

PREFIX = "faust-"
PARTITIONS = 8
#: Events between two reports of progress on stdout.
REPORT = 500


class Line(faust.Record):
    sku: str
    quantity: int
    unit_price: str


class Order(faust.Record):
    order_id: str
    lines: list[Line]


class Click(faust.Record):
    sku: str
    action: str


class CompetitorPrice(faust.Record):
    sku: str
    competitor: str
    price: str


app = faust.App(
    "faust-peer",
    broker=f"kafka://{sys.argv[1]}",
    store="memory://",  # its fastest
    web_enabled=False,
    topic_partitions=PARTITIONS,
    topic_disable_leader=True,
    consumer_auto_offset_reset="earliest",
    producer_linger_ms=0,
    stream_wait_empty=False,
    datadir=f"/tmp/faust-peer-{sys.argv[2]}",
)
orders = app.topic(PREFIX + "orders", value_type=Order)
clicks = app.topic(PREFIX + "clickstream", value_type=Click)
competitors = app.topic(PREFIX + "competitor-prices", value_type=CompetitorPrice)
prices = app.topic(PREFIX + "prices", value_serializer="json", key_serializer="raw")
units = app.Table("units", default=int, partitions=PARTITIONS)
views = app.Table("views", default=int, partitions=PARTITIONS)
done = 0


def count() -> None:
    global done
    done += 1
    if done % REPORT == 0 or done < 3:
        sys.stdout.write(f"{time.monotonic()} {done}\n")
        sys.stdout.flush()


@app.agent(orders)
async def order(stream):
    async for event in stream:
        for line in event.lines:
            units[line.sku] += line.quantity
        count()


@app.agent(clicks)
async def click(stream):
    async for event in stream:
        views[event.sku] += 1
        count()


@app.agent(competitors)
async def competitor_price(stream):
    async for event in stream.events():
        competitor, message = event.value, event.message
        await prices.send(
            key=competitor.sku.encode(),
            value={
                "sku": competitor.sku,
                "price": competitor.price,
                "units": units[competitor.sku],
                "views": views[competitor.sku],
                "cause": {"partition": message.partition, "offset": message.offset},
            },
        )
        count()


if __name__ == "__main__":
    faust.Worker(app, loglevel="error", redirect_stdouts=False).execute_from_commandline()
