"""People hear of alerts once an hour and kind, and of what could not be sent."""

from __future__ import annotations

import asyncio
import json
from email import message_from_bytes
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Engine

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from streams.apply.signing import is_signed, key
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.web.context import Context
from streams.web.notify import ledger
from streams.web.notify.message import Message, for_slack, for_teams
from streams.web.notify.receivers import Receiver, _mail, receivers
from streams.web.notify.run import digest, turn
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from streams.web.store.reading import alert_groups
from tests.online_models.pricing.conftest import Shop

NOW = 1_800_000_000_000
HOUR = 3_600_000
SECRET = "a secret"


def alert(place: int, kind: str = "ack_missing", message: str = "no answer") -> Taken:
    time = "2026-01-01T00:00:00Z"
    value = {"kind": kind, "severity": "warning", "message": message, "time": time}
    return Taken("pricing-alerts", 5, place, None, json.dumps(value).encode(), 0)


class Heard(list[Message]):
    """A receiver that takes everything, or nothing."""

    away = False

    async def send(self, message: Message, identity: str) -> None:
        from streams.web.notify.receivers import NotSentError

        if self.away:
            raise NotSentError("it answered 503")
        self.append(message)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def rounds(context: Context, heard: Heard, *times: int) -> None:
    async def go() -> None:
        for now in times:
            await turn(context, [Receiver("test", heard.send)], now)

    asyncio.run(go())


def test_what_there_was_before_is_no_news_and_the_rest_comes_once_an_hour_and_kind(
    context: Context, heard: Heard
) -> None:
    rounds(context, heard, NOW)
    assert heard == []
    take(context.store, [alert(1), alert(2), alert(3, "late_event")], {}, {})
    rounds(context, heard, NOW + 1, NOW + 2)
    assert [(each.kind, each.number) for each in heard] == [("ack_missing", 2), ("late_event", 1)]
    take(context.store, [alert(place) for place in range(4, 9)], {}, {})
    rounds(context, heard, NOW + HOUR // 2)
    assert len(heard) == 2
    rounds(context, heard, NOW + HOUR + 1, NOW + HOUR + 2)
    assert [(each.kind, each.number) for each in heard[2:]] == [("ack_missing", 5)]


def test_a_breaker_that_trips_in_every_partition_is_one_message_and_one_group(
    context: Context, heard: Heard
) -> None:
    rounds(context, heard, NOW)
    texts = [tripped(part, of=8) for part in range(8)]
    assert len(set(texts)) == 8
    assert all(f"(partition {part})" in text for part, text in enumerate(texts))
    take(context.store, [alert(1, "breaker_tripped", texts[0])], {}, {})
    rounds(context, heard, NOW + 1)
    rest = [alert(at, "breaker_tripped", text) for at, text in enumerate(texts[1:], start=2)]
    take(context.store, rest, {}, {})
    rounds(context, heard, NOW + 2, NOW + HOUR // 2)
    assert [(each.kind, each.number) for each in heard] == [("breaker_tripped", 1)]
    rounds(context, heard, NOW + 1 + HOUR)
    assert [each.number for each in heard] == [1, 7]
    with context.store.connect() as connection:
        (group,) = (each for each in alert_groups(connection) if each["kind"] == "breaker_tripped")
    assert (group["kind"], group["number"]) == ("breaker_tripped", 8)


def tripped(part: int, *, of: int) -> str:
    """What a part of the journal says as half of its category would move at once."""
    settings = FoldSettings(partitions=of).of_partition(part)
    shop = Shop(Fold(settings).state.pricing.settings)
    for sku in "ab":
        shop.product(sku, cost="1.00", category="tea")
    strategy = [{"kind": "match_competitor"}, {"kind": "keep"}]
    shop.policy(strategy=strategy, breaker={"largest_share": "50%"})
    for sku in "ab":
        shop.competitor("9.00", sku)
    (found,) = shop.alerts("breaker_tripped")
    return str(found["message"])


def test_what_could_not_be_sent_is_tried_again_and_written_down(
    context: Context, heard: Heard
) -> None:
    rounds(context, heard, NOW)
    take(context.store, [alert(1)], {}, {})
    heard.away = True
    rounds(context, heard, NOW + 1, NOW + 2)
    with context.store.connect() as connection:
        (row,) = ledger.log(connection)
    assert (row["state"], row["attempts"], row["error"]) == ("waiting", 1, "it answered 503")
    heard.away = False
    rounds(context, heard, NOW + 1 + ledger.FIRST_WAIT_MS)
    assert len(heard) == 1
    with context.store.connect() as connection:
        assert ledger.log(connection)[0]["state"] == "sent"


def test_a_receiver_that_never_answers_is_given_up(context: Context, heard: Heard) -> None:
    rounds(context, heard, NOW)
    take(context.store, [alert(1)], {}, {})
    heard.away = True
    rounds(context, heard, *(NOW + n * HOUR for n in range(1, ledger.MOST_ATTEMPTS + 3)))
    with context.store.connect() as connection:
        row = ledger.log(connection)[-1]
    assert (row["state"], row["attempts"]) == ("given up", ledger.MOST_ATTEMPTS)


def test_a_store_that_begins_again_tells_nothing_twice(context: Context, heard: Heard) -> None:
    from streams.web.store.database import forget_followed, writing

    rounds(context, heard, NOW)
    take(context.store, [alert(1)], {}, {})
    rounds(context, heard, NOW + 1)
    with writing(context.store).begin() as connection:
        forget_followed(connection)
    rounds(context, heard, NOW + 2)
    take(context.store, [alert(1)], {}, {})
    assert len(heard) == 1


def test_a_digest_comes_once_a_day(context: Context, store: Engine, heard: Heard) -> None:
    import dataclasses

    settings = context.settings.model_copy(update={"console_digest_hour": 0})
    daily = dataclasses.replace(context, settings=settings)
    rounds(daily, heard, NOW, NOW + 1, NOW + HOUR)
    assert [each.kind for each in heard] == ["digest"]
    assert any("wait for approval" in line for line in digest(context).lines)


def test_a_webhook_is_signed_and_a_secret_is_not_shown(context: Context) -> None:
    seen: list[tuple[dict[str, str], bytes]] = []

    async def takes(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen.append((headers, await request.read()))
        return web.Response(status=200 if len(seen) > 1 else 500)

    async def go() -> list[str]:
        app = web.Application()
        app.router.add_post("/in/{token}", takes)
        async with TestServer(app) as server:
            url = f"http://127.0.0.1:{server.port}/in/t0ken"
            settings = Settings(
                console_notify=[url, f"slack+{url}", f"teams+{url}"], webhook_secret=SECRET
            )
            found = receivers(settings)
            told = []
            for receiver in found:
                try:
                    await receiver.send(Message("k", "info", "T", ["<b>"]), "id-1")
                except Exception as error:
                    told.append(f"{receiver.name} {error}")
            return told

    (problem,) = asyncio.run(go())
    assert "500" in problem
    assert "t0ken" not in problem
    headers, body = seen[0]
    assert is_signed(key(SECRET), headers, float(headers["webhook-timestamp"]), body)
    assert json.loads(body)["data"]["title"] == "T"
    assert json.loads(seen[1][1])["text"] == "*T*\n• &lt;b&gt;"
    assert "webhook-signature" not in seen[1][0]
    assert json.loads(seen[2][1])["attachments"][0]["content"]["type"] == "AdaptiveCard"


def test_texts_from_outside_are_no_markup_and_no_headers() -> None:
    nasty = Message("k", "info", "a\nBcc: all@example.org", ["<!channel> *b* `c`"])
    assert "<!channel>" not in json.dumps(for_slack(nasty))
    assert "TextRun" in json.dumps(for_teams(nasty))
    mail = message_from_bytes(bytes(_mail(nasty, "a@example.org", "p@example.org", "id")))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "a Bcc: all@example.org"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"console_notify": ["ftp://x"]}, "mailto"),
        ({"console_notify": ["https://[x/y"]}, "a receiver is https://"),
        ({"console_notify": ["https://x:port/y"]}, "a receiver is https://"),
        (
            {"console_notify": ["mailto:a@example.org"], "console_smtp": "smtp://a:b@mail:port"},
            "such as smtp://",
        ),
        ({"console_notify": ["https://x/y"]}, "WEBHOOK_SECRET"),
        ({"console_notify": ["mailto:a@example.org"]}, "CONSOLE_SMTP"),
    ],
)
def test_a_receiver_that_cannot_be_used_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        receivers(Settings(**given))
