"""Prices by HTTP: a signed POST of several changes, answered for each of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Literal, Self

import aiohttp
import msgspec

from streams.addresses import split
from streams.apply.signing import headers, key
from streams.apply.target import Answer, AwayError
from streams.client.records import Change

TIMEOUT_SECONDS = 30.0
#: What a shop that is no shop may answer at most, bytes.
LARGEST_ANSWER = 1 << 20
LONGEST_REASON = 200
#: What a shop calls wrong, or too large: each change is then sent alone.
_WRONG, _LARGE, _REFUSED = 400, 413, 422


class _Result(msgspec.Struct, frozen=True):
    decision_id: str
    status: Literal["applied", "rejected", "again"]
    reason: str | None = None


class _Results(msgspec.Struct, frozen=True):
    results: list[_Result]


class Webhook:
    """Posts `{"type": "price-changes", "data": {"changes": […]}}`.

    200 with `{"results": [{"decision_id", "status", "reason"}]}` answers for each change, and any
    other 2xx says that all are applied. After 400, 413 or 422 each change is sent alone; one that
    alone is answered by 422 is rejected. Everything else is tried again, as late as `Retry-After`
    says: a shop that mistakes the signature must not reject all prices by it.
    """

    def __init__(self, url: str, secret: str | None) -> None:
        if not secret:
            raise ValueError("a webhook is signed: set PRICETIDE_WEBHOOK_SECRET")
        split(url)
        self._url, self._secret = url, key(secret)

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def apply(self, changes: Sequence[Change]) -> Mapping[str, Answer]:
        """As `Target.apply`."""
        status, answer = await self._post(changes)
        if status in (_WRONG, _LARGE, _REFUSED):
            if len(changes) > 1:
                answers: dict[str, Answer] = {}
                for change in changes:
                    answers |= await self.apply([change])
                return answers
            reason = f"{status} {answer.decode('utf-8', 'replace')}".strip()[:LONGEST_REASON]
            final = status == _REFUSED
            return {changes[0].decision_id: Answer("rejected" if final else "again", reason)}
        if status != 200 or not answer.strip():
            return {change.decision_id: Answer("applied") for change in changes}
        try:
            results = msgspec.json.decode(answer, type=_Results).results
        except msgspec.MsgspecError as error:
            raise AwayError(f"its answer is none: {error}") from None
        return {each.decision_id: Answer(each.status, each.reason) for each in results}

    async def _post(self, changes: Sequence[Change]) -> tuple[int, bytes]:
        body = msgspec.json.encode({"type": "price-changes", "data": {"changes": changes}})
        names = "\0".join(change.decision_id for change in changes)
        identity = f"prices-{sha256(names.encode()).hexdigest()[:32]}"
        signed = headers(self._secret, identity, int(time.time()), body)
        try:
            async with self._session.post(
                self._url,
                data=body,
                headers={"content-type": "application/json", **signed},
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(LARGEST_ANSWER)
                status, given = response.status, response.headers
                if 200 <= status < 300 or status in (_WRONG, _LARGE, _REFUSED):
                    return status, answer
                where = f" to {given['location']}" if "location" in given else ""
                why = f"{status} {response.reason}{where}"
                raise AwayError(why, _seconds(given.get("retry-after")))
        except TimeoutError:
            raise AwayError(f"no answer within {TIMEOUT_SECONDS:.0f} s") from None
        except (aiohttp.ClientError, asyncio.IncompleteReadError) as error:
            raise AwayError(str(error) or type(error).__name__) from None


def _seconds(retry_after: str | None) -> float | None:
    """What `Retry-After` says: seconds, or a date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        then = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, then.replace(tzinfo=then.tzinfo or UTC).timestamp() - time.time())
