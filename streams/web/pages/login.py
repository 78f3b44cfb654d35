"""Letting a browser in by its token, and out again."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from streams.web.access.identity import COOKIE
from streams.web.access.tokens import SESSION_SECONDS, actor_of_token, begin_session, end_session
from streams.web.context import context_of
from streams.web.pages import rendering

router = APIRouter()


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:
    """Ask for a token."""
    return rendering.page(request, "login.html", "Sign in", next=_ours(next), wrong=False)


@router.post("/login")
async def enter(
    request: Request,
    token: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Give the browser a session in the token's place."""
    store = context_of(request).store
    actor = await asyncio.to_thread(actor_of_token, store, token.strip())
    if actor is None or not actor.may("look"):
        values = {"next": _ours(next), "wrong": True}
        return rendering.page(request, "login.html", "Sign in", status=403, **values)
    secret = await asyncio.to_thread(begin_session, store, actor)
    answer = RedirectResponse(_ours(next), 303)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/logout")
async def leave(request: Request) -> Response:
    """End the session."""
    secret = request.cookies.get(COOKIE)
    if secret:
        await asyncio.to_thread(end_session, context_of(request).store, secret)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _ours(path: str) -> str:
    """A path of this console; another site's address becomes the first page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
