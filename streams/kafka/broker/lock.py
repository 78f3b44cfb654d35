"""Resolve Apache Kafka's jars and pin each by its SHA-256: `python -m streams.kafka.broker.lock`.

Run it to move to another Kafka version, and review the difference of `jars.json`. Pinning makes
every installation fetch the same bytes, and spares it the walk over some hundred POMs.
"""

import hashlib
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from jgo.maven import MavenContext
from jgo.parse import Endpoint

from streams.kafka.broker.jars import LOCK_FILE

KAFKA = "4.2.1"


def resolve(kafka: str, folder: Path) -> list[Path]:
    """Download every jar of a broker into the Maven repository `folder`; return their paths."""
    context = MavenContext(repo_cache=folder)

    def artifacts(endpoint: str) -> list[Path]:
        coordinates = [replace(c, scope="compile") for c in Endpoint.parse(endpoint).coordinates]
        roots, transitive = context.resolver.resolve(
            [context.create_dependency(coordinate) for coordinate in coordinates]
        )
        needed = [*roots, *(d for d in transitive if d.scope in ("compile", "runtime"))]
        return [d.artifact.resolve() for d in needed]

    jars = artifacts(f"org.apache.kafka:kafka_2.13:{kafka}")
    log4j = next(jar.parent.name for jar in jars if jar.name.startswith("log4j-core-"))
    # Resolved by itself: beside Kafka, log4j's bill of materials would drag Kafka's own
    # clients and Jackson back to the versions that log4j was tested with.
    project = context.project("org.apache.logging.log4j", "log4j-slf4j-impl")
    return [*jars, project.at_version(log4j).artifact().resolve()]


def lock(kafka: str) -> dict[str, object]:
    """Return the content of `jars.json`: version, and path, size and SHA-256 of every jar."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jars = [
            {
                "path": jar.relative_to(folder).as_posix(),
                "size": jar.stat().st_size,
                "sha256": hashlib.sha256(jar.read_bytes()).hexdigest(),
            }
            for jar in sorted(resolve(kafka, folder))
        ]
    return {"kafka": kafka, "jars": jars}


if __name__ == "__main__":
    LOCK_FILE.write_text(json.dumps(lock(*sys.argv[1:2] or [KAFKA]), indent=1) + "\n")
