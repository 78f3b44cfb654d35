"""Schemas of a schema registry (Confluent's HTTP interface), by their number.

A number means one schema for ever. So what has been asked for once is kept, on disk too, and a
registry that is away holds up new schemas only.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import os
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaConnectionError

from streams.configuration.settings import Settings
from streams.formats.schema import Schema, UnknownSchemaError
from streams.https import opener

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0
#: Schemas that a schema may refer to, one by way of another.
MOST_REFERENCES = 100
_TYPE = "application/vnd.schemaregistry.v1+json"


class RegistryAwayError(KafkaConnectionError):  # type: ignore[misc]
    """The registry does not answer; what was asked for may be asked for again."""


class SchemaRegistry:
    """Asks, and keeps the answers; blocks while it asks."""

    def __init__(
        self, url: str, login: tuple[str, str] | None, cafile: Path | None, folder: Path | None
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": _TYPE, "Content-Type": _TYPE}
        if login is not None:
            given = b64encode(":".join(login).encode()).decode()
            self._headers["Authorization"] = f"Basic {given}"
        self._opener = opener(cafile)
        name = hashlib.sha256(self._url.encode()).hexdigest()[:12]
        self._folder = None if folder is None else folder / name
        self._schemas: dict[int, Schema | None] = {}

    def known(self, number: int) -> bool:
        """Whether a schema can be had without asking the registry."""
        return number in self._schemas or self._kept(f"{number}.json") is not None

    def schema(self, number: int) -> Schema:
        """A schema; UnknownSchemaError, RegistryAwayError."""
        if number not in self._schemas:
            kept = self._kept(f"{number}.json")
            if kept is not None:
                self._schemas[number] = Schema(kept[0], kept[1], tuple(kept[2]))
            else:
                self._schemas[number] = self._asked(number)
        found = self._schemas[number]
        if found is None:
            raise UnknownSchemaError(f"the registry has no schema {number}")
        return found

    def register(self, subject: str, kind: str, text: str) -> int:
        """The number of a schema of ours, which the registry is told of; RegistryAwayError."""
        digest = hashlib.sha256(f"{subject}\0{kind}\0{text}".encode()).hexdigest()[:16]
        kept = self._kept(f"{digest}.own.json")
        if kept is not None:
            return int(kept[0])
        body = {"schema": text} | ({"schemaType": kind} if kind != "AVRO" else {})
        where = f"/subjects/{urllib.parse.quote(subject, safe='')}/versions"
        try:
            number = int(self._ask(where, "id", body)["id"])
        except (UnknownSchemaError, TypeError, ValueError) as error:
            raise RegistryAwayError(f"{subject} was not registered: {error}") from None
        self._keep(f"{digest}.own.json", [number])
        return number

    def _asked(self, number: int) -> Schema | None:
        try:
            answer = self._ask(f"/schemas/ids/{number}", "schema")
        except UnknownSchemaError:
            return None
        references = tuple(self._references(answer.get("references") or [], set()))
        found = Schema(answer.get("schemaType", "AVRO"), answer["schema"], references)
        self._keep(f"{number}.json", list(found))
        return found

    def _references(self, named: list[dict[str, Any]], seen: set[tuple[str, int]]) -> list[str]:
        """The schemas that are named, each behind those that it names itself."""
        found: list[str] = []
        for each in named:
            key = (str(each["subject"]), int(each["version"]))
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MOST_REFERENCES:
                raise UnknownSchemaError(f"more than {MOST_REFERENCES} references")
            subject = urllib.parse.quote(key[0], safe="")
            answer = self._ask(f"/subjects/{subject}/versions/{key[1]}", "schema")
            found += [*self._references(answer.get("references") or [], seen), answer["schema"]]
        return found

    def _ask(self, path: str, wanted: str, body: Any = None) -> Any:
        """An answer that has the field `wanted`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, self._headers)
        try:
            with self._opener.open(request, timeout=ANSWER_SECONDS) as reply:
                answer = json.load(reply)
            if not (isinstance(answer, dict) and wanted in answer):
                raise ValueError(f"its answer has no field {wanted}")
            return answer
        except urllib.error.HTTPError as error:
            said = error.read(300).decode("utf-8", "replace").strip()
            if error.code in (404, 409, 422):
                raise UnknownSchemaError(said) from None
            raise RegistryAwayError(f"{self._url} answers {error.code}: {said}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise RegistryAwayError(f"{self._url} does not answer: {error}") from None

    def _kept(self, name: str) -> Any:
        if self._folder is None:
            return None
        try:
            return json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _keep(self, name: str, content: Any) -> None:
        if self._folder is None:
            return
        path = self._folder / name
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(content), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            # a container without a disk asks again after its next start
            logger.warning("schemas are not kept in %s: %s", self._folder, error)


def registry_of(settings: Settings) -> SchemaRegistry | None:
    """The registry that the settings name, if they do."""
    if settings.registry is None:
        return None
    password = settings.registry_password
    login = None
    if settings.registry_username is not None and password is not None:
        login = (settings.registry_username, password.get_secret_value())
    folder = settings.registry_cache or Path.home() / ".cache" / "pricetide" / "schemas"
    return SchemaRegistry(settings.registry, login, settings.registry_cafile, folder)
