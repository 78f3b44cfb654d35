"""Who gets messages, by the URLs of the settings."""

from __future__ import annotations

import asyncio
import smtplib
import time
from collections.abc import Awaitable, Callable, Sequence
from email.message import EmailMessage
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp
import msgspec

from streams.apply.signing import headers, key
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.web.notify.message import Message, for_slack, for_teams, for_webhook

TIMEOUT_SECONDS = 15.0
#: Scheme → what is posted, to the URL after the plus sign.
FORMS: dict[str, Callable[[Message], Any]] = {
    "https": for_webhook,
    "http": for_webhook,
    "slack+https": for_slack,
    "teams+https": for_teams,
}
#: One that other programs on this machine listen at, as in a test.
_LOCAL = ("slack+http", "teams+http")


class NotSentError(Exception):
    """It did not arrive; the message says why, without the receiver's secrets."""


class Receiver(NamedTuple):
    """`name` may be shown; `send` takes a message and an id, the same when it is sent again."""

    name: str
    send: Callable[[Message, str], Awaitable[None]]


def receivers(settings: Settings) -> list[Receiver]:
    """All of the settings; InputError names the one that cannot be used."""
    return [_receiver(url.get_secret_value(), settings) for url in settings.console_notify]


def _receiver(url: str, settings: Settings) -> Receiver:
    parts = _parts(url)
    if parts.scheme == "mailto":
        return _by_mail(unquote(parts.path), settings)
    form = FORMS.get(parts.scheme) or FORMS.get(
        parts.scheme + "s" if parts.scheme in _LOCAL else ""
    )
    if form is None or not parts.netloc:
        raise InputError(
            "setting console_notify: a receiver is https://…, slack+https://…, teams+https://… or "
            "mailto:name@example.org"
        )
    service = parts.scheme.partition("+")[0]
    secret = settings.webhook_secret
    if form is for_webhook and secret is None:
        raise InputError(
            "setting console_notify: a webhook is signed: set PRICETIDE_WEBHOOK_SECRET"
        )
    signs = None if secret is None or form is not for_webhook else key(secret.get_secret_value())
    address = url.removeprefix(f"{service}+")

    async def send(message: Message, identity: str) -> None:
        body = msgspec.json.encode(form(message))
        given = {"content-type": "application/json"}
        if signs is not None:
            given |= headers(signs, identity, int(time.time()), body)
        await _post(address, body, given)

    return Receiver(f"{service} {parts.hostname}", send)


async def _post(url: str, body: bytes, given: dict[str, str]) -> None:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=given, allow_redirects=False) as answer,
        ):
            if not 200 <= answer.status < 300:
                raise NotSentError(f"it answered {answer.status}")
    except TimeoutError:
        raise NotSentError(f"no answer within {TIMEOUT_SECONDS:.0f} s") from None
    except aiohttp.ClientError as error:
        # an error's text may hold the address, and with it the secret
        raise NotSentError(type(error).__name__) from None


def _parts(url: str) -> SplitResult:
    """Of a URL whose parts cannot all be had, none: the error's own text would show a secret."""
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else urlsplit("")
    except ValueError:
        return urlsplit("")


def _by_mail(to: str, settings: Settings) -> Receiver:
    smtp = settings.console_smtp
    server = _parts("" if smtp is None else smtp.get_secret_value())
    if "@" not in to or server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise InputError(
            "setting console_notify: mailto:name@example.org needs PRICETIDE_CONSOLE_SMTP, such as "
            "smtp://user:secret@mail.example.org:587"
        )
    kind: Any = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP

    def deliver(mail: EmailMessage) -> None:
        with kind(server.hostname, server.port or 0, timeout=TIMEOUT_SECONDS) as session:
            if server.username:
                if server.scheme == "smtp":
                    session.starttls()
                session.login(unquote(server.username), unquote(server.password or ""))
            session.send_message(mail)

    async def send(message: Message, identity: str) -> None:
        mail = _mail(message, to, settings.console_mail_from, identity)
        try:
            await asyncio.to_thread(deliver, mail)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError(type(error).__name__) from None

    return Receiver(f"mail {to}", send)


def _mail(message: Message, to: str, sender: str, identity: str) -> EmailMessage:
    mail = EmailMessage()
    # a line break in a text from outside would begin another header
    mail["Subject"] = " ".join(message.title.split())
    mail["From"], mail["To"] = sender, to
    mail["Message-ID"] = f"<{identity}@pricetide>"
    mail.set_content("\n".join([message.title, "", *_bullets(message.lines)]) + "\n")
    return mail


def _bullets(lines: Sequence[str]) -> list[str]:
    return [f"- {line}" for line in lines]
