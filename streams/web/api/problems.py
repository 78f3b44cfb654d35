"""Errors as RFC 9457 problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from streams.web.access.roles import Actor, Role

MEDIA_TYPE = "application/problem+json"


class HttpProblem(Exception):  # noqa: N818
    """A request that is not done; `fields` are further members of the problem."""

    def __init__(self, status: int, detail: str, **fields: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.fields = fields


class ProblemDocument(BaseModel):
    """What went wrong, as RFC 9457 says it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def answer(status: int, detail: str, fields: Mapping[str, Any] | None = None) -> JSONResponse:
    """The problem as a response."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(
        {**body, **(fields or {})}, status_code=status, media_type=MEDIA_TYPE, headers=headers
    )


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a path's problems stand in the OpenAPI document; every path has 401, 403 and 429."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted({*statuses, 401, 403, 422, 429})
    }


def needs(role: Role) -> Callable[[Request], Actor]:
    """A dependency: who asks, if they have the role."""

    def asked_by(request: Request) -> Actor:
        actor: Actor | None = request.state.actor
        if actor is None:
            raise HttpProblem(401, "Who asks? Send a token: Authorization: Bearer TOKEN.")
        if not actor.may(role):
            raise HttpProblem(403, f"This needs the role {role}.")
        return actor

    return asked_by


LOOK = Depends(needs("look"))
APPROVE = Depends(needs("approve"))
STEER = Depends(needs("steer"))
