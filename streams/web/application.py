"""The console as an ASGI application."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Scope

from streams.web.access.gate import Gate
from streams.web.api import (
    events,
    letters,
    notices,
    offers,
    plans,
    policies,
    recommendations,
    steering,
)
from streams.web.api.problems import HttpProblem, ProblemDocument, answer, described
from streams.web.context import Context
from streams.web.health import router as health
from streams.web.pages import ROUTERS, errors

logger = logging.getLogger(__name__)
API = "/api/v1"
STATIC = Path(__file__).with_name("static")
DESCRIPTION = """\
Prices, reasons and proposals of Pricetide, and events for it. Money is exact text, instants are
RFC 3339 in UTC. Errors are problems as in RFC 9457. Lists are paged: pass `next` on as `cursor`.
"""


def application(context: Context) -> FastAPI:
    """All pages and paths, behind the gate."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await context.outbox.close()

    app = FastAPI(
        title="Pricetide",
        version="1",
        description=DESCRIPTION,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.context = context
    app.state.streams = 0
    app.state.ending = False
    for part in (offers, steering, policies, plans, events, notices, letters, recommendations):
        app.include_router(part.router, prefix=API)
    app.include_router(health, include_in_schema=False)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(HttpProblem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)
    _describe(app)
    app.add_middleware(Gate, store=context.store, rules=context.rules, refuse=_refuse(context))
    return app


def _is_api(path: str) -> bool:
    return path.startswith("/api/")


def _answered(request: Request, status: int, detail: str, fields: Any = None) -> Response:
    if _is_api(request.url.path):
        return answer(status, detail, fields)
    return errors.page(request, status, detail)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpProblem)
    return _answered(request, error.status, error.detail, error.fields)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    said = [
        f"{'.'.join(str(part) for part in each['loc'][1:]) or each['loc'][0]}: {each['msg']}"
        for each in error.errors()[:5]
    ]
    return _answered(request, 422, "; ".join(said))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    found = _answered(request, error.status_code, str(error.detail))
    if error.headers:
        found.headers.update(error.headers)
    return found


async def _fault(request: Request, error: Exception) -> Response:
    logger.exception("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answered(request, 500, "Something went wrong here; the console's log says what.")


def _refuse(context: Context) -> Any:
    def refuse(scope: Scope, status: int, why: str) -> ASGIApp:
        if _is_api(scope["path"]):
            return answer(status, why)
        if status == 401:
            return RedirectResponse(f"/login?next={quote(scope['path'])}", 303)
        return errors.plain(context, status, why)

    return refuse


def _describe(app: FastAPI) -> None:
    """Add to the OpenAPI document what FastAPI cannot know: tokens, the shape of problems, and that
    a text may be none that can be kept, and a body too large.
    """
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        parts = document.setdefault("components", {})
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schemas = parts.setdefault("schemas", {})
        schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
        document["security"] = [{"token": []}]
        of_all = described(400, 413)
        for methods in document["paths"].values():
            for method in methods.values():
                for status in (400, 413) if "requestBody" in method else (400,):
                    method["responses"].setdefault(str(status), of_all[status])
        return document

    app.openapi = openapi  # type: ignore[method-assign]
