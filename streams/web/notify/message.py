"""What is sent, and how each receiver wants it."""

from __future__ import annotations

from typing import Any

import msgspec


class Message(msgspec.Struct):
    """kind: that of an alert, or "digest". number: alerts since the last message of that kind."""

    kind: str
    severity: str
    title: str
    lines: list[str]
    number: int = 1


def for_webhook(message: Message) -> Any:
    """For programs."""
    return {"type": "pricing-alert", "data": msgspec.to_builtins(message)}


def for_slack(message: Message) -> Any:
    """Slack's incoming webhooks; texts from outside are no markup."""
    lines = [f"*{_slack(message.title)}*", *(f"• {_slack(line)}" for line in message.lines)]
    return {"text": "\n".join(lines)}


def _slack(text: str) -> str:
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("*", "∗"), ("`", "'")):
        text = text.replace(sign, written)
    return text


def for_teams(message: Message) -> Any:
    """An adaptive card, as Teams' workflows take it."""
    blocks = [{"type": "TextBlock", "text": message.title, "weight": "Bolder", "wrap": True}]
    texts = [
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]}
        for line in message.lines
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [*blocks, *texts],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}
