"""MongoDB: one connection a process and service, and transactions that are repeated when they collide.

Reads and writes join a transaction through pymongo's `session.bind()`, for pymongo and mongoengine alike: no
function below a use case needs a session argument.
"""

import contextlib
import functools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import mongoengine
import pymongo
from mongoengine.errors import OperationError
from pymongo import ReadPreference, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    CollectionInvalid,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared import numbers, orphans
from shared.errors import Unavailable

Document = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")

#: What a caller may see when the database is away: trying again later can help.
UNAVAILABLE: tuple[type[Exception], ...] = (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    WaitQueueTimeoutError,
    WTimeoutError,
)

#: The `batch_size` of a query that reads all it finds: else 101 documents come first, and the rest when asked again.
AT_ONCE = 10_000

_SNAPSHOT = ReadConcern("snapshot")
_READ_MAJORITY = ReadConcern("majority")
_MAJORITY = WriteConcern("majority", j=True)
_inside: ContextVar[bool] = ContextVar("inside_a_transaction", default=False)
_memory: ContextVar[dict[str, dict[Any, Any]] | None] = ContextVar("read_in_the_transaction", default=None)
# MongoDB ends a transaction after 60 s; whoever collides for longer than this has a fault, not bad luck.
_PATIENCE_SECONDS = 30.0
_LONGEST_PAUSE_SECONDS = 0.5
# About a second of collisions: the other one may be dead.
_SUSPICIOUS_ATTEMPTS = 10
_DUPLICATE_KEY = 11000
_NAMESPACE_EXISTS = 48
# Who asks whether we are ready gives up after a few seconds himself.
_PING_SECONDS = 1.5


def connect(service: str, url: str, process: str = "cli") -> None:
    """Connect a service to its own database, named as the service. Call it after a fork, never before.

    `process` is the kind of process (`api`, `relay`, …): the server's own tools show who does what.
    """
    disconnect(service)
    mongoengine.connect(
        db=service,
        alias=service,
        host=url,
        tz_aware=True,
        appname=f"laurel-{service}-{process}",
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=60_000,
        maxPoolSize=50,
        uuidRepresentation="standard",
        type_registry=numbers.PLAIN,
    )


def disconnect(service: str) -> None:
    """Close a service's connection."""
    mongoengine.disconnect(alias=service)
    # It knows documents by their names alone: of two services' `Community` it lets go of one.
    for each in mongoengine.Document.__subclasses__():
        if each._meta.get("db_alias") == service:  # noqa: SLF001 (its only way)
            each._disconnect()  # noqa: SLF001


def database(service: str) -> Database[Document]:
    """The database of one service."""
    found: Database[Document] = mongoengine.get_db(alias=service)
    return found


def collection(service: str, name: str) -> Collection[Document]:
    """One collection of a service's database, as dicts.

    Outside a transaction it reads and writes with a majority; inside one, the transaction's own concerns hold, and
    the server refuses others.
    """
    if _inside.get():
        return database(service)[name]
    return database(service).get_collection(name, read_concern=_READ_MAJORITY, write_concern=_MAJORITY)


def remembered(name: str) -> dict[Any, Any]:
    """What the running transaction or snapshot has read under a name: it reads no other. Outside of one, nothing.

    Whoever writes what is remembered forgets it.
    """
    memory = _memory.get()
    return {} if memory is None else memory.setdefault(name, {})


def forget(name: str) -> None:
    """Read what was remembered under a name again."""
    memory = _memory.get()
    if memory is not None:
        memory.pop(name, None)


def insert(service: str, name: str, documents: Sequence[Document]) -> None:
    """Keep new documents, in one command whatever their number."""
    if len(documents) == 1:  # the driver takes half as long for it as for a list of one
        collection(service, name).insert_one(documents[0])
    elif documents:
        collection(service, name).insert_many(documents, ordered=False)


def ensure(document: type[mongoengine.Document]) -> None:
    """Create the collection and the indexes of a document, where they are missing."""
    ensure_collection(document._meta["db_alias"], document._meta["collection"])  # noqa: SLF001 (its only way)
    document.ensure_indexes()


def ensure_collection(service: str, name: str) -> Collection[Document]:
    """Create a collection where it is missing: created inside a transaction it would collide."""
    if name not in database(service).list_collection_names():
        # Another worker was faster: the driver saw it, or the server did.
        with contextlib.suppress(CollectionInvalid), _already_there():
            database(service).create_collection(name)
    return collection(service, name)


@contextlib.contextmanager
def _already_there() -> Iterator[None]:
    try:
        yield
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise


def first_said(service: str, name: str, said: bytes) -> bytes:
    """What was said under this name when the database was begun; `said` if it is begun now."""
    configuration = ensure_collection(service, "configuration")
    stored = configuration.find_one_and_update(
        {"_id": name},
        {"$setOnInsert": {"fingerprint": said}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return bytes((stored or {})["fingerprint"])


def ping(service: str) -> None:
    """Raise what pymongo raises when no primary answers."""
    with pymongo.timeout(_PING_SECONDS):
        database(service).client.admin.command("ping", read_preference=ReadPreference.PRIMARY)


def within(seconds: float) -> AbstractContextManager[None]:
    """Let whatever is asked inside take so long at most, or raise one of UNAVAILABLE."""
    return pymongo.timeout(seconds)


def in_transaction(service: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make every call of a function one transaction of the service's database.

    The body may run several times: it must do nothing but read, decide and write.
    """

    def decorate(body: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(body)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return transact(service, functools.partial(body, *args, **kwargs))

        return call

    return decorate


def transact(service: str, body: Callable[[], T]) -> T:
    """Run `body` as one transaction (snapshot, majority, primary) and return what it returns.

    Repeats the whole of it on a write conflict, on a duplicate key (two writers create the same thing at once: the
    second run sees it) and when a primary steps down; repeats the commit alone when its result is unknown. Raises
    Unavailable when that helps no more.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    attempt = 0
    while True:
        try:
            return _once(service, body, until)
        except (PyMongoError, OperationError) as raised:
            error = _driver_error(raised)
            attempt += 1
            if not _worth_repeating(error):
                if error is raised:
                    raise
                raise error from raised
            if time.monotonic() > until:
                message = f"the transaction collides again and again: {error}"
                raise Unavailable(message) from error
            if attempt % _SUSPICIOUS_ATTEMPTS == 0:
                orphans.end(database(service).client)
            time.sleep(random.random() * min(0.002 * 2**attempt, _LONGEST_PAUSE_SECONDS))  # noqa: S311 (no secret)


@contextlib.contextmanager
def snapshot(service: str) -> Iterator[None]:
    """Read as of one moment, so that what several questions find fits together. A transaction does that already."""
    if _inside.get():
        yield
        return
    client = database(service).client
    with client.start_session(snapshot=True) as session, session.bind(end_session=False):
        entered, remembering = _inside.set(True), _memory.set({})
        try:
            yield
        finally:
            _inside.reset(entered)
            _memory.reset(remembering)


def _once(service: str, body: Callable[[], T], until: float) -> T:
    client = database(service).client
    with client.start_session() as session, session.bind(end_session=False):
        session.start_transaction(
            read_concern=_SNAPSHOT, write_concern=_MAJORITY, read_preference=ReadPreference.PRIMARY
        )
        entered, remembering = _inside.set(True), _memory.set({})
        try:
            result = body()
        except BaseException:
            session.abort_transaction()
            raise
        finally:
            _inside.reset(entered)
            _memory.reset(remembering)
        while True:
            try:
                session.commit_transaction()
            except PyMongoError as error:
                unknown = error.has_error_label("UnknownTransactionCommitResult")
                if not unknown or time.monotonic() > until:
                    raise
            else:
                return result


def _driver_error(error: Exception) -> Exception:
    # mongoengine wraps the driver's error and drops its labels; what decides is the error beneath.
    while not isinstance(error, PyMongoError) and isinstance(error.__context__, Exception):
        error = error.__context__
    return error


def _worth_repeating(error: Exception) -> bool:
    if isinstance(error, BulkWriteError):
        errors = error.details.get("writeErrors", [])
        return bool(errors) and all(fault.get("code") == _DUPLICATE_KEY for fault in errors)
    if isinstance(error, DuplicateKeyError):
        return True
    return isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError")
