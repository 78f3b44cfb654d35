"""The store: a database file of one's own, or PostgreSQL by its URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, delete, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from streams.errors import ExpectedError, InputError
from streams.web.store.tables.forecasts import FORECASTS
from streams.web.store.tables.people import KEPT
from streams.web.store.tables.shop import FOLLOWED, LAYOUT, facts, metadata
from streams.web.store.tables.trade import TRADE

#: KiB of pages that a SQLite connection keeps. Who reads forgets them when something is written,
#: and the system holds the file: the upper levels of an index are enough. Who writes would write a
#: page again and again that it had to let go of.
READING_KIB, WRITING_KIB = 2048, 8192
BUSY_SECONDS = 30
#: Readers at once; the writer is one more.
READERS = 4
#: Parameters of one statement, below the limit of either database.
CHUNK = 500
#: The connection's name of the transaction that writes.
WRITES = "writes"

#: All that a retelling of the topics fills again.
TOLD = (*FOLLOWED, *FORECASTS, *TRADE)

T = TypeVar("T")


def open_store(url: str) -> Engine:
    """The database at `url` (SQLAlchemy's form), with its tables.

    Raises
    ------
    InputError
        The URL names no database that can be opened.
    """
    try:
        engine = _engine(url)
        with engine.begin() as connection:
            metadata.create_all(connection, tables=(facts, *TOLD, *KEPT))
            _require_layout(connection)
    except NoSuchModuleError:
        raise InputError(f"store {_shown(make_url(url))}: there is no such driver") from None
    except ModuleNotFoundError as error:
        shown = _shown(make_url(url))
        raise InputError(f"store {shown}: this needs the package {error.name}") from None
    except (ArgumentError, ValueError):
        # what it is, and what is wrong with it, may hold the password
        raise InputError(
            "store: this is no address such as sqlite:///FILE or "
            "postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE"
        ) from None
    except DBAPIError as error:
        shown = _shown(make_url(url))
        raise ExpectedError(f"store {shown} cannot be opened: {error.orig}") from None
    return engine


def _shown(url: URL) -> str:
    """The address without its password, which may stand among its parameters, too."""
    return url.set(query={}).render_as_string()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError(f"store {_shown(parsed)}: this is neither SQLite nor PostgreSQL")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed, pool_size=READERS + 1, max_overflow=READERS, pool_pre_ping=True
        )
    engine = create_engine(
        parsed,
        poolclass=QueuePool,
        pool_size=READERS + 1,
        max_overflow=READERS,
        pool_use_lifo=True,  # as few connections as are needed at once: each keeps pages
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin)
    return engine


def _tune(connection: Any, _: Any) -> None:
    # transactions are begun by `_begin`, so that a writer waits for another instead of failing
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "temp_store=MEMORY",
        "wal_autocheckpoint=2000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql(f"PRAGMA cache_size=-{WRITING_KIB if writes else READING_KIB}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def writing(engine: Engine) -> Engine:
    """The same store, for transactions that write from the start."""
    return engine.execution_options(**{WRITES: True})


def _require_layout(connection: Connection) -> None:
    """Forget what was followed under another layout: the topics tell it again."""
    held = connection.execute(select(facts.c.value).where(facts.c.name == "layout")).scalar()
    if held == str(LAYOUT):
        return
    if held is not None:
        for table in TOLD:
            table.drop(connection)
        metadata.create_all(connection)
        connection.execute(delete(facts))
    connection.execute(facts.insert().values(name="layout", value=str(LAYOUT)))


def forget_followed(connection: Connection) -> None:
    """Empty what the topics tell; what people did stays."""
    for table in TOLD:
        connection.execute(delete(table))


def put(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    by: Iterable[str],
    replace: bool = True,
) -> None:
    """Insert rows; of those whose `by` columns are taken, replace the others (or leave them be)."""
    if not rows:
        return
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    keys = list(by)
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if replace and others:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, [dict(row) for row in rows])


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterable[Sequence[T]]:
    """The items in parts that one statement can take."""
    return (items[start : start + size] for start in range(0, len(items), size))
