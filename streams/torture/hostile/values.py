"""Values for a JSON Schema: sound ones, and such as nobody should send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

Schema = Mapping[str, Any]
#: Where a sound list or map ends, and a hostile one.
FEW, MANY = 2, 3000
#: Parts of a list that is made long.
FEW_PARTS = 100
#: Levels of nesting that no decoder should follow.
DEEP = 5000
#: Instants of sound records begin here, ms.
BEGIN = 1_700_000_000_000


class Raw(str):
    """Stands in the JSON as it is written here."""


#: Numbers that are none, or that no binary float holds.
NO_NUMBERS = tuple(map(Raw, ("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e-400", "-0.0")))
HUGE = (10**15, 10**30, -(10**30), 2**63 - 1, 2**63, -(2**63), Raw("1" * 400))
TEXTS = (
    "",
    " ",
    "\0",
    "NaN",
    "1e400",
    "-1",
    "٣.٤٢",
    "\u202e",
    "💥" * 10,
    "|",
    "\\",
    "null",
    "9" * 50,
    Raw('"\\ud800"'),
    "2023-13-45T99:99:99Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "1e-999%",
    "200%",
)
#: Percentages that no field takes, and all that stand at an end of some range, or beyond.
NO_SHARES = ("100001%", "-100001%", "100000000000%")
PERCENTAGES = ("0%", "100%", "-1%", "100000%", "-100000%", *NO_SHARES)
OTHER_TYPES: tuple[Any, ...] = (None, True, [], {}, [[]], {"": None}, Raw("{}"))


def written(value: Any) -> str:
    """The JSON of a value with `Raw` parts."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)


class Values:
    """Draws values for a schema; a text called `sku` or `skus` is one of `names`."""

    def __init__(self, schema: Schema, draw: Random, names: tuple[str, ...]) -> None:
        self._schema = schema
        self._defs: Mapping[str, Schema] = schema.get("$defs", {})
        self._draw = draw
        self._names = names

    def sound(self) -> Any:
        """A value as the schema wants it."""
        return self._sound(self._schema, "")

    def hostile(self) -> Any:
        """A sound value with something in it that is not, or just about."""
        value = self.sound()
        for _ in range(self._draw.choice([1, 1, 1, 2, 4])):
            value = self._spoilt(value, self._schema, "")
        return value

    def ends(self) -> Iterator[Any]:
        """Values with the least that the schema wants, each with one number at an end of its range
        or just beyond.
        """
        return self._ends(self._schema)

    def _ends(self, schema: Schema) -> Iterator[Any]:
        schema = self._resolved(schema)
        kind, pattern = schema.get("type"), schema.get("pattern", "")
        for option in schema.get("anyOf") or schema.get("oneOf") or ():
            yield from self._ends(option)
        for name, each in schema.get("properties", {}).items():
            for end in () if name == "select" else self._ends(each):
                yield self._object(schema, optional=0.0) | {name: end}
        if kind == "array":
            yield from ([end] for end in self._ends(schema.get("items", {})))
        elif kind == "string" and "%" in pattern:
            yield from PERCENTAGES
        elif kind in ("integer", "number"):
            for end in (schema[end] for end in ("minimum", "maximum") if end in schema):
                yield from (end - 1, end, end + 1)

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._defs[schema["$ref"].rpartition("/")[2]]
        return schema

    def _sound(self, schema: Schema, name: str) -> Any:
        draw, schema = self._draw, self._resolved(schema)
        options = schema.get("anyOf") or schema.get("oneOf")
        if options:
            return self._sound(draw.choice(options), name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return draw.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            least = schema.get("minItems", 0)
            number = draw.randint(least, least + FEW)
            return [self._sound(schema.get("items", {}), name) for _ in range(number)]
        if kind == "string":
            return self._text(schema, name)
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", 0), schema.get("maximum", 1000)
            if low == 315532800000:
                return BEGIN + draw.randrange(10**7)
            number = min(high, max(low, draw.randint(0, 100)))
            return number if kind == "integer" else number * draw.choice([1, 0.01])
        return draw.random() < 0.5 if kind == "boolean" else None

    def _object(self, schema: Schema, optional: float = 0.4) -> dict[str, Any]:
        """Each field that is not required is there with this probability."""
        draw, found = self._draw, {}
        required = schema.get("required", ())
        for name, each in schema.get("properties", {}).items():
            # without it, what is drawn would concern the whole shop
            if name in required or name == "select" or draw.random() < optional:
                found[name] = self._select() if name == "select" else self._sound(each, name)
        other = schema.get("additionalProperties")
        if isinstance(other, dict) and not schema.get("properties"):
            for i in range(draw.randint(0, FEW)):
                found[f"k{i}"] = self._sound(other, "")
        return found

    def _select(self) -> dict[str, Any]:
        return {"skus": [self._draw.choice(self._names)]}

    def _text(self, schema: Schema, name: str) -> str:
        draw, pattern = self._draw, schema.get("pattern", "")
        if schema.get("format") == "money":
            return f"{draw.randint(1, 9999) / 100:.2f}"
        if schema.get("format") == "date-time":
            return f"2023-11-{draw.randint(14, 28)}T{draw.randrange(24):02d}:00:00Z"
        if "%" in pattern:
            return f"{draw.randrange(100)}%"
        if "[A-Z]{3}" in pattern or name == "currency":
            return "USD"
        if pattern.startswith("^P") or schema.get("format") == "duration":
            return draw.choice(["PT1H", "P1D", "P30D"])
        if name in ("sku", "skus"):
            return draw.choice(self._names)
        return draw.choice(["a", "b", "web"])

    def _spoilt(self, value: Any, schema: Schema, name: str) -> Any:
        """The value with one part replaced."""
        draw, schema = self._draw, self._resolved(schema)
        options = schema.get("anyOf") or schema.get("oneOf")
        if options:
            return self._spoilt(value, draw.choice(options), name)
        if isinstance(value, dict) and value and draw.random() < 0.9:
            key = draw.choice(list(value))
            inner = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            spoilt = self._spoilt(value[key], inner if isinstance(inner, dict) else {}, key)
            return value | {key: {"skus": spoilt} if key == "select" and spoilt == {} else spoilt}
        if isinstance(value, list) and value and draw.random() < 0.7:
            place = draw.randrange(len(value))
            inner = self._spoilt(value[place], schema.get("items", {}), name)
            return [*value[:place], inner, *value[place + 1 :]]
        return self._bad(value, schema)

    def _bad(self, value: Any, schema: Schema) -> Any:
        draw = self._draw
        pools: list[tuple[Any, ...]] = [NO_NUMBERS, HUGE, TEXTS, OTHER_TYPES]
        ends = [schema[end] for end in ("minimum", "maximum") if end in schema]
        if ends:
            beyond = [end + by for end in ends for by in (-1, 0, 1)]
            pools += [tuple(beyond), tuple(beyond), NO_NUMBERS]
        if isinstance(value, str):
            longest = schema.get("maxLength", 256)
            pools += [("x" * longest, "x" * (longest + 1)), TEXTS]
        if isinstance(value, list):
            # once: many times many would be no record that a producer can send
            times = MANY if _parts(value) <= FEW_PARTS else 1
            pools.append((value * times,) if value else ([1] * MANY,))
        if isinstance(value, dict):
            pools.append(({f"k{i}": i for i in range(MANY)},))
        if draw.random() < 0.02:
            pools = [(Raw("[" * DEEP + "]" * DEEP), Raw('{"a":' * DEEP + "1" + "}" * DEEP))]
        return draw.choice(draw.choice(pools))


def _parts(value: Any) -> int:
    """How many values there are in a value, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_parts, inner))
