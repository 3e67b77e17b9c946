"""supervisord, which starts the stack's programs, again when they end, and stops them in order."""

import http.client
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from deploy.embedded import kafka, mongod
from deploy.embedded.errors import CannotStart
from deploy.embedded.layout import Layout
from deploy.embedded.server import tail

#: Started first and stopped last.
SERVERS = "servers"
SERVICES = "services"
#: Every process of the services, as `laurel` names it.
SERVICE_COMMANDS = {
    "activity-api": "activity api",
    "activity-relay": "activity relay",
    "activity-jobs": "activity jobs",
    "titles-and-badges-api": "titles-and-badges api",
    "titles-and-badges-consume": "titles-and-badges consume",
    "titles-and-badges-relay": "titles-and-badges relay",
    "titles-and-badges-jobs": "titles-and-badges jobs",
    "referral-api": "referral api",
    "referral-consume": "referral consume",
    "referral-relay": "referral relay",
    "referral-jobs": "referral jobs",
}

_DEMO_CACHE_GIGABYTES = 0.5
_ANSWER_SECONDS = 10
#: Who ends sooner is started again later and later, so that what fails at once does not eat the machine.
_STEADY_SECONDS = 10
#: supervisord waits one second longer before each further try. It must never give up: what is away may come
#: back after a night, and a program that it gave up stays down when all others are well again.
_TRIES = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process that is kept running."""

    name: str
    group: str
    command: list[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def programs(layout: Layout) -> list[Program]:
    """Everything that a stack runs; prepares the servers' folders, so it may take a second."""
    node = kafka.Node(number=1, port=layout.kafka, controller_port=layout.kafka_controller)
    servers = {
        "mongod": mongod.command(layout.home / "mongod", layout.mongo, cache_gigabytes=_DEMO_CACHE_GIGABYTES),
        "kafka": kafka.command(layout.home / "kafka", node, [node], kafka.new_cluster_id()),
    }
    return [
        *(
            Program(name=name, group=SERVERS, command=command, log=layout.log(name))
            for name, command in servers.items()
        ),
        *(service(layout, name) for name in SERVICE_COMMANDS),
    ]


def service(layout: Layout, name: str) -> Program:
    """One of the services' processes, by its name in SERVICE_COMMANDS."""
    metrics = (
        {"PROMETHEUS_MULTIPROC_DIR": str(layout.home / "metrics" / name)} if name.endswith("-api") else {}
    )
    return Program(
        name=name,
        group=SERVICES,
        command=[laurel(), *SERVICE_COMMANDS[name].split()],
        log=layout.log(name),
        environment=metrics,
    )


def laurel() -> str:
    """The `laurel` command of this Python."""
    return str(Path(sys.executable).with_name("laurel"))


def configuration(layout: Layout, running: Iterable[Program]) -> str:
    """Write what supervisord reads. Services are started later, when they have their topics."""
    running = list(running)
    sections = [
        f"""[supervisord]
identifier=laurel
logfile={_plain(layout.log("supervisord"))}
logfile_maxbytes=5MB
logfile_backups=1
pidfile={_plain(layout.home / "supervisord.pid")}
childlogdir={_plain(layout.home / "log")}
directory={_plain(layout.home)}

[unix_http_server]
file={_plain(layout.supervisor_socket)}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
""",
        *(_group(order, name, running) for order, name in enumerate([SERVERS, SERVICES], 1)),
        *(_program(program) for program in running),
    ]
    return "\n".join(sections)


def start(layout: Layout, running: Iterable[Program], environment: Mapping[str, str]) -> None:
    """Start supervisord in the background, with the servers. Raises CannotStart with what it said."""
    layout.log("supervisord").parent.mkdir(parents=True, exist_ok=True)
    layout.supervisor_file.write_text(configuration(layout, running), "utf-8")
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(layout.supervisor_file)]
    result = subprocess.run(  # noqa: S603  (ours)
        command, env=dict(environment), cwd=layout.home, capture_output=True, text=True, check=False
    )
    deadline = time.monotonic() + _ANSWER_SECONDS
    while not states(layout):
        if result.returncode or time.monotonic() > deadline:
            message = f"supervisord does not start.\n{result.stderr}{tail(layout.log('supervisord'))}"
            raise CannotStart(message)
        time.sleep(0.05)


def states(layout: Layout) -> dict[str, str]:
    """The state of every program (RUNNING, STARTING, BACKOFF, …), or nothing when no supervisord answers."""
    try:
        return {str(one["name"]): str(one["statename"]) for one in _ask(layout, "getAllProcessInfo")}
    except (OSError, http.client.HTTPException):
        return {}


def start_services(layout: Layout) -> None:
    """Start every service that does not run; returns at once."""
    for name, state in states(layout).items():
        if name in SERVICE_COMMANDS and state not in {"RUNNING", "STARTING", "BACKOFF"}:
            _ask(layout, "startProcess", f"{SERVICES}:{name}", False)  # noqa: FBT003  (XML-RPC has no names)


def _ask(layout: Layout, question: str, *arguments: object) -> Any:  # noqa: ANN401  (what XML-RPC answers)
    if not layout.supervisor_socket.is_socket():
        raise FileNotFoundError(layout.supervisor_socket)
    transport = SupervisorTransport(serverurl=f"unix://{layout.supervisor_socket}")
    try:
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
        return getattr(proxy.supervisor, question)(*arguments)
    finally:
        transport.close()


def _group(order: int, name: str, running: list[Program]) -> str:
    members = ",".join(program.name for program in running if program.group == name)
    return f"[group:{name}]\nprograms={members}\npriority={order}\n"


def _program(program: Program) -> str:
    environment = ",".join(f'{name}="{_plain(value)}"' for name, value in program.environment.items())
    return f"""[program:{program.name}]
command={_plain(shlex.join(program.command))}
environment={environment}
autostart={"true" if program.group == SERVERS else "false"}
autorestart=true
startsecs={_STEADY_SECONDS}
startretries={_TRIES}
stopwaitsecs=40
killasgroup=true
redirect_stderr=true
stdout_logfile=log/{program.log.name}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
"""


def _plain(value: object) -> str:
    # supervisord fills in %(names)s everywhere, and a folder may be called 100%. The path of a program's log
    # it fills in twice, so that one is written relative to the folder in which supervisord is started.
    return str(value).replace("%", "%%")
