"""Letting a browser in by its token or an OpenID provider, and out again."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from streams.web.access.identity import COOKIE
from streams.web.access.oidc import SIGN_IN_SECONDS, SignInError
from streams.web.access.tokens import (
    SESSION_SECONDS,
    actor_of_token,
    begin_named_session,
    begin_session,
    end_session,
)
from streams.web.api.problems import HttpProblem
from streams.web.context import context_of
from streams.web.pages import rendering

router = APIRouter()
BEGIN, END = "/login/oidc", "/login/oidc/done"
#: The cookie of a sign-in under way.
BEGUN = "pricetide-sign-in"
Word = Annotated[str, Query(max_length=4000)]


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:
    """Ask for a token."""
    return _page(request, next)


def _page(request: Request, next: str, problem: str = "") -> Response:
    return rendering.page(
        request,
        "login.html",
        "Sign in",
        status=403 if problem else 200,
        next=_ours(next),
        problem=problem,
        oidc=context_of(request).oidc is not None,
    )


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
        return _page(request, next, "This token is not in force, or may not look at anything.")
    secret = await asyncio.to_thread(begin_session, store, actor)
    answer = RedirectResponse(_ours(next), 303)
    _keep(request, answer, secret)
    return answer


def _keep(request: Request, answer: Response, secret: str) -> None:
    """Give the browser its session."""
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=_is_https(request),
    )


def _is_https(request: Request) -> bool:
    return _base(request).startswith("https://")


def _base(request: Request) -> str:
    """Where browsers find the console; the gate has looked at the host."""
    base = context_of(request).settings.console_url
    return str(request.base_url).rstrip("/") if base is None else base.rstrip("/")


@router.get(BEGIN)
async def begin(request: Request, next: str = "/") -> Response:
    """Send the browser to the OpenID provider."""
    oidc = context_of(request).oidc
    if oidc is None:
        raise HttpProblem(404, "No OpenID provider is set.")
    try:
        url, kept = await oidc.begin(_base(request) + END, _ours(next))
    except SignInError as error:
        return await asyncio.to_thread(_page, request, next, str(error))
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        BEGUN,
        kept,
        max_age=SIGN_IN_SECONDS,
        path=BEGIN,
        httponly=True,
        # the provider's page sends the browser back
        samesite="lax",
        secure=_is_https(request),
    )
    return answer


@router.get(END)
async def end(
    request: Request,
    code: Word = "",
    state: Word = "",
    error: Word = "",
) -> Response:
    """Let somebody in whom the provider has named."""
    context = context_of(request)
    if context.oidc is None:
        raise HttpProblem(404, "No OpenID provider is set.")
    try:
        if error or not code:
            raise SignInError(f"The provider lets nobody in: {error or 'it sent no code'}")
        cookie = request.cookies.get(BEGUN, "")
        found = await context.oidc.end(_base(request) + END, cookie, code, state)
        roles = context.rules.roles_of(found.groups)
        if "look" not in roles:
            raise SignInError(f"{found.name} is in no group that may look at anything here.")
    except SignInError as problem:
        return await asyncio.to_thread(_page, request, "/", str(problem))
    secret = await asyncio.to_thread(begin_named_session, context.store, found.name, roles)
    # a page, no redirect: the browser's new session counts for what a page of ours asks for
    answer = await asyncio.to_thread(
        rendering.page, request, "signed_in.html", "Signed in", next=_ours(found.next)
    )
    _keep(request, answer, secret)
    answer.delete_cookie(BEGUN, path=BEGIN)
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
