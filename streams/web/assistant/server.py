"""The tools of the Model Context Protocol, over the console's store."""

from __future__ import annotations

import asyncio
import time
from importlib.metadata import version
from typing import Any

import msgspec
from mcp.server.mcpserver import Context as Call
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

from schemas.records.record import RecordError
from schemas.topics import decode
from streams.errors import InputError
from streams.web import actions
from streams.web.access.roles import Actor
from streams.web.access.whole_texts import JSON, nul_in_body
from streams.web.assistant import facts
from streams.web.assistant.facts import Facts
from streams.web.assistant.outside import INSTRUCTIONS, marked
from streams.web.context import Context
from streams.web.preview.jobs import BusyError, digest
from streams.web.preview.outcome import PolicyTrial

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
PROPOSES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
#: A preview is good for as long: after it, the shop is another.
PREVIEW_SECONDS = 3600.0
Asked = Call[Any]


class _Tools(MCPServer):
    """Refuses a text that no store can keep: over stdin and stdout no gate has looked at it."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """As MCPServer calls it."""
        try:
            unkept = nul_in_body(msgspec.json.encode(arguments), JSON)
        except UnicodeEncodeError:
            raise ToolError("a text holds half of a character") from None
        if unkept:
            raise ToolError("a text holds the character NUL")
        return await super().call_tool(name, arguments, context)


def tools(context: Context, local: Actor) -> MCPServer:
    """The server; `local` is who asks where no HTTP request says who."""
    made = _Tools("pricetide", instructions=INSTRUCTIONS, version=version("pricetide"))
    previewed: dict[str, float] = {}

    async def ask(what: Any, *arguments: Any) -> Facts:
        try:
            return dict(await asyncio.to_thread(what, context, *arguments))
        except InputError as error:
            raise ToolError(str(error)) from None

    @made.tool(annotations=READS)
    async def find_offers(
        words: str = "", state: str = "", category: str = "", sort: str = "name", limit: int = 20
    ) -> Facts:
        """Find offers by words of name, SKU, brand or category; with price, cost, margin, lowest
        competitor and sales. state: waiting, below-cost, above-competitor, never-sold,
        out-of-stock, refused or conflict. sort: name, price, margin, sold, changed,
        competitor_price, gain, step; "-" for highest first.
        """
        return await ask(facts.find_offers, words, state, category, sort, limit)

    @made.tool(annotations=READS)
    async def explain(sku: str, channel: str = "web") -> Facts:
        """Why an offer costs what it does: its last change and last decision, rule by rule."""
        return await ask(facts.explain, sku, channel)

    @made.tool(annotations=READS)
    async def why_not_changed(sku: str, channel: str = "web") -> Facts:
        """What has held an offer's price since it changed last."""
        return await ask(facts.why_not_changed, sku, channel)

    @made.tool(annotations=READS)
    async def elasticity(sku: str, channel: str = "web") -> Facts:
        """How units react to the price, as learnt so far, with a 95 % interval."""
        return await ask(facts.elasticity, sku, channel)

    @made.tool(annotations=READS)
    async def what_if(sku: str, price: str, channel: str = "web") -> Facts:
        """What another price would sell and earn, with 90 % intervals, and rules it would break."""
        return await ask(facts.what_if, sku, channel, price)

    @made.tool(annotations=READS)
    async def alerts(kind: str = "", limit: int = 20) -> Facts:
        """Open alerts by kind with what to do, and the newest of a kind."""
        return await ask(facts.alerts, kind, limit)

    @made.tool(annotations=READS)
    async def policies() -> Facts:
        """The pricing policies: their documents, and what they do in words."""
        return await ask(facts.policies)

    @made.tool(annotations=READS)
    async def lift() -> Facts:
        """What the arms of the running experiments sell."""
        return await ask(facts.lift)

    @made.tool(annotations=READS)
    async def preview_policy(policy: dict[str, Any]) -> Facts:
        """What a policy (a whole document, as `policies` shows them) would do now: offers that
        change their policy, moves, expected profit, contradictions. Changes nothing. Returns the
        digest that `propose` asks for.
        """
        _require_sound(policy)
        try:
            key = context.previews.start(policy)
        except BusyError:
            raise ToolError("other previews are running: try again in a minute") from None
        job = await context.previews.wait(key)
        if job.trial is None:
            raise ToolError(job.problem)
        known = digest(policy)
        previewed[known] = time.monotonic()
        return {"digest": known, **_trial(job.trial)}

    @made.tool(annotations=PROPOSES)
    async def propose(
        policy: dict[str, Any], digest_of_preview: str, reason: str, call: Asked
    ) -> Facts:
        """Keep a previewed policy as a draft. A person decides whether it takes effect."""
        actor = _actor(call, local)
        if not actor.may("steer"):
            raise ToolError("this needs the role steer")
        policy_id = _require_sound(policy)
        at = previewed.get(digest_of_preview)
        if digest_of_preview != digest(policy) or at is None:
            raise ToolError("this very policy was not previewed: call preview_policy first")
        if time.monotonic() - at > PREVIEW_SECONDS:
            raise ToolError("the preview is too old: call preview_policy again")
        if not reason.strip():
            raise ToolError("a reason is missing")
        assistant = Actor(f"{actor.name} (assistant)"[:200], actor.roles, actor.by)
        number = await asyncio.to_thread(
            actions.keep_draft, context, assistant, policy_id, policy, reason.strip()[:1000]
        )
        return {"draft": number, "state": "waits for a person", "page": "/policies"}

    return made


def _require_sound(policy: dict[str, Any]) -> str:
    try:
        return str(decode(actions.POLICIES, msgspec.json.encode(policy)).policy_id)
    except RecordError as error:
        raise ToolError(str(error)) from None


def _trial(trial: PolicyTrial) -> Facts:
    said: Facts = msgspec.to_builtins(trial)
    for each in said["moves"] + said["conflicts"]:
        for name in ("sku", "channel", "text"):
            if each.get(name) is not None:
                each[name] = marked(each[name])
    said["note"] = "profit is in minor units, over the policies' horizons"
    return said


def _actor(call: Asked, local: Actor) -> Actor:
    """Who asks: whom the gate has recognised, or who started the server on stdin and stdout."""
    request = call.request_context.request
    if request is None:
        return local
    found = getattr(request.state, "actor", None)
    if not isinstance(found, Actor):
        raise ToolError("who asks is not known")
    return found
