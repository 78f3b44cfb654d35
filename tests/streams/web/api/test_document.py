"""The OpenAPI document that others build on is the one that is served."""

from __future__ import annotations

import json

from fastapi.testclient import TestClient

from streams.web.api.document import PATH, document

PROMISED = {
    "/api/v1/events/{topic}": {"post"},
    "/api/v1/offers": {"get"},
    "/api/v1/offers/{sku}/{channel}": {"get"},
    "/api/v1/offers/{sku}/{channel}/why": {"get"},
    "/api/v1/offers/{sku}/{channel}/what-if": {"get"},
    "/api/v1/proposals/{decision_id}/approve": {"post"},
    "/api/v1/proposals/{decision_id}/reject": {"post"},
    "/api/v1/stream": {"get"},
}


def test_what_is_checked_in_is_what_is_served(client: TestClient) -> None:
    # `python -m streams.web.api.document` writes it anew
    held = PATH.read_text(encoding="utf-8")
    assert held == document()
    assert client.get("/api/v1/openapi.json").json() == json.loads(held)


def test_it_names_what_others_rely_on() -> None:
    held = json.loads(PATH.read_text(encoding="utf-8"))
    assert held["openapi"].startswith("3.1")
    for path, methods in PROMISED.items():
        assert methods <= held["paths"][path].keys(), path


def test_every_path_says_which_problems_it_answers() -> None:
    held = json.loads(PATH.read_text(encoding="utf-8"))
    for path, methods in held["paths"].items():
        for method, told in methods.items():
            for status in ("401", "403", "422", "429"):
                content = told["responses"][status]["content"]
                assert set(content) == {"application/problem+json"}, (path, method, status)
