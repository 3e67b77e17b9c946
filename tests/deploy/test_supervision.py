"""What supervisord is told, read by its own parser; what the stack's processes find in their environment."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from supervisor.options import ServerOptions

from deploy.embedded import environment, layout, supervision
from deploy.embedded.errors import CannotStart
from deploy.embedded.layout import Layout
from deploy.embedded.supervision import Program

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Layout:
    home = tmp_path / "Jo's 100% state"
    (home / "log").mkdir(parents=True)
    return layout.chosen({"LAUREL_HOME": str(home)})


@pytest.fixture
def read(place: Layout, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Every program's settings by its name, as supervisord understands them."""
    services = [supervision.service(place, name) for name in supervision.SERVICE_COMMANDS]
    server = Program(
        name="mongod", group="servers", command=["/a b/mongod", "--x=%"], log=place.log("mongod")
    )
    place.supervisor_file.write_text(supervision.configuration(place, [server, *services]))
    monkeypatch.chdir(place.home)
    monkeypatch.setattr(sys, "argv", ["supervisord"])
    options = ServerOptions()
    options.realize(["-c", str(place.supervisor_file)])
    return {
        one.name: (group, one) for group in options.process_group_configs for one in group.process_configs
    }


def test_servers_start_first_and_stop_last(read: dict[str, Any]) -> None:
    order = {name: group.priority for name, (group, _) in read.items()}
    assert order.pop("mongod") < min(order.values())
    assert read["mongod"][1].autostart
    assert not any(program.autostart for name, (_, program) in read.items() if name != "mongod")


def test_nothing_is_ever_given_up(read: dict[str, Any]) -> None:
    for _, program in read.values():
        assert program.autorestart
        # One second longer before each try: this many tries last for longer than anybody waits.
        assert program.startretries > 1_000_000


def test_odd_folders_and_arguments_arrive_as_they_are(place: Layout, read: dict[str, Any]) -> None:
    assert read["mongod"][1].command == "'/a b/mongod' --x=%"
    assert Path(read["mongod"][1].stdout_logfile).resolve() == place.log("mongod")


def test_each_api_counts_for_itself(place: Layout, read: dict[str, Any]) -> None:
    directories = {one.environment.get("PROMETHEUS_MULTIPROC_DIR") for _, one in read.values()}
    assert directories == {
        None,
        str(place.home / "metrics" / "activity-api"),
        str(place.home / "metrics" / "titles-and-badges-api"),
        str(place.home / "metrics" / "referral-api"),
    }


def test_compose_runs_the_same_processes() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    composed = {name: " ".join(service.get("command", [])) for name, service in services.items()}
    assert supervision.SERVICE_COMMANDS.items() <= composed.items()


def test_compose_names_the_same_kafka_as_the_embedded_stack() -> None:
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["kafka"]["image"]
    locked = (ROOT / "deploy/embedded/kafka-jars.lock").read_text()
    version = re.search(r"^org\.apache\.kafka:kafka_2\.13:(\S+)", locked, re.MULTILINE)
    assert version
    assert image == f"apache/kafka:{version[1]}"


def test_the_image_has_what_the_tests_ran_with() -> None:
    tested = set(pins("requirements.lock"))
    assert pins("deploy/requirements.lock")
    assert set(pins("deploy/requirements.lock")) <= tested


def test_ports_stay_as_they_were_chosen_last(place: Layout) -> None:
    home = str(place.home)
    environment.keep(layout.chosen({"LAUREL_HOME": home, "LAUREL_PORT_MONGO": "12345"}))
    assert layout.chosen({"LAUREL_HOME": home}).mongo == 12345
    assert layout.chosen({"LAUREL_HOME": home, "LAUREL_PORT_MONGO": "12346"}).mongo == 12346


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"LAUREL_PORT_KAFKA": "kafka"}, "LAUREL_PORT_KAFKA is 'kafka', which is no port"),
        ({"LAUREL_PORT_KAFKA": "70000"}, "which is no port"),
        ({"LAUREL_PORT_KAFKA": "8801"}, "two of these are one port"),
    ],
)
def test_a_wrong_port_is_refused(tmp_path: Path, wrong: dict[str, str], fault: str) -> None:
    with pytest.raises(CannotStart, match=fault):
        layout.chosen({"LAUREL_HOME": str(tmp_path), **wrong})


def test_a_shell_that_speaks_of_another_laurel_is_not_heard(
    place: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAUREL_MONGO_URL", "mongodb://production/?replicaSet=rs0")
    monkeypatch.setenv("LAUREL_BIND", "0.0.0.0:80")
    given = environment.of_processes(place, environment.values(place))
    assert given["LAUREL_MONGO_URL"] == f"mongodb://127.0.0.1:{place.mongo}/?replicaSet=rs0"
    assert "LAUREL_BIND" not in given


def test_a_deep_folder_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = layout.chosen({"LAUREL_HOME": str(tmp_path / ("deep/" * 20))})
    assert len(bytes(deep.supervisor_socket)) <= 107


def pins(lock: str) -> list[str]:
    """The versions that a lock names."""
    return re.findall(r"^[\w.-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE)
