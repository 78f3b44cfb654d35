"""The same job for Quix Streams, as its documentation teaches it: one stateful function.

All events come in one topic, which spares it the alignment of several. At least once, which is its
quickest, or exactly once, with a commit after as few seconds as ours: until then nobody who reads
what is committed sees a price.
Run by the benchmark as a process of another environment: python quix.py BOOTSTRAP INSTANCE DELIVERY
"""

import sys
import tempfile
import time

from quixstreams import Application, State, message_context

PREFIX = "quix-"
#: Its own default of 5 s would be the latency.
COMMIT_SECONDS = {"exactly-once": 0.02, "at-least-once": 5.0}
#: Events between two reports of progress on stdout.
REPORT = 1000

app = Application(
    broker_address=sys.argv[1],
    consumer_group="quix-peer",
    auto_offset_reset="earliest",
    state_dir=tempfile.mkdtemp(prefix="quix-peer-"),
    loglevel="ERROR",
    producer_extra_config={"linger.ms": 5},
    processing_guarantee=sys.argv[3],
    commit_interval=COMMIT_SECONDS[sys.argv[3]],
)
done = 0


def price(event: dict, state: State) -> dict | None:
    """Keep per-offer state; a competitor's price gives a price record."""
    global done
    done += 1
    if done % REPORT == 0 or done < 3:
        sys.stdout.write(f"{time.monotonic()} {done}\n")
        sys.stdout.flush()
    if "lines" in event:
        for line in event["lines"]:
            state.set("units", state.get("units", 0) + line["quantity"])
        return None
    if "action" in event:
        state.set("views", state.get("views", 0) + 1)
        return None
    context = message_context()
    return {
        "sku": event["sku"],
        "price": event["price"],
        "units": state.get("units", 0),
        "views": state.get("views", 0),
        "cause": {"partition": context.partition, "offset": context.offset},
    }


events = app.dataframe(app.topic(PREFIX + "events", value_deserializer="json"))
priced = events.apply(price, stateful=True)
priced = priced[priced.apply(lambda record: record is not None)]
priced.to_topic(app.topic(PREFIX + "prices", value_serializer="json"))

if __name__ == "__main__":
    app.run()
