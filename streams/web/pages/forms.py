"""Forms that come back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fastapi import Depends, Request

from streams.web.access.forms import fits
from streams.web.access.roles import Actor, Role
from streams.web.api.problems import HttpProblem
from streams.web.context import context_of

STALE = "This form is too old, or was made for somebody else: go back, reload, and send it again."


class Filled(NamedTuple):
    """A form that a page of ours gave to this actor."""

    actor: Actor
    fields: Any

    def text(self, name: str) -> str:
        """A field, empty where it is absent."""
        value = self.fields.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """All values of a field."""
        return [value for value in self.fields.getlist(name) if isinstance(value, str)]

    def required(self, name: str, what: str) -> str:
        """A field; an HttpProblem where it is empty."""
        found = self.text(name)
        if not found:
            raise HttpProblem(422, f"{what} is missing.")
        return found


def form_of(role: Role) -> Callable[[Request], Awaitable[Filled]]:
    """A dependency: the form, if its sender has the role and it was made here for them."""

    async def filled(request: Request) -> Filled:
        actor: Actor | None = request.state.actor
        if actor is None or not actor.may(role):
            raise HttpProblem(403, f"This needs the role {role}.")
        fields = await request.form(max_fields=2000, max_files=0)
        token = fields.get("form_token")
        key = context_of(request).form_key
        if not isinstance(token, str) or not fits(key, actor, token):
            raise HttpProblem(403, STALE)
        return Filled(actor, fields)

    return filled


APPROVES = Depends(form_of("approve"))
STEERS = Depends(form_of("steer"))
LOOKS = Depends(form_of("look"))
