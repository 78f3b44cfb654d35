"""What went wrong, as a page."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

from streams.web.context import Context
from streams.web.pages import rendering


def page(request: Request, status: int, detail: str) -> HTMLResponse:
    """For somebody who is let in."""
    title = HTTPStatus(status).phrase
    return rendering.page(request, "message.html", title, status=status, detail=detail)


def plain(context: Context, status: int, detail: str) -> HTMLResponse:
    """For somebody who is not."""
    return rendering.plain_page(context, HTTPStatus(status).phrase, detail, status)
