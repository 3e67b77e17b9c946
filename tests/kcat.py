"""kcat, the tool by which people look into Kafka: the machine's own, or Debian's package unpacked beside the tests.

Unpacking needs no root: apt works in folders of the caller's own. Without apt and without kcat, tests fail and say so.
"""

import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("kcat", "librdkafka1", "libyajl2", "libsasl2-2", "libdb5.3", "liblz4-1", "libzstd1")


def run(arguments: list[str], cache: Path) -> str:
    """Run kcat and return what it prints. `cache` is where it is unpacked, if it must be."""
    own = shutil.which("kcat")
    environment = dict(os.environ)
    if own is None:
        unpacked = _unpacked(cache)
        own = str(unpacked / "usr/bin/kcat")
        libraries = {str(found.parent) for found in unpacked.rglob("*.so.*")}
        environment["LD_LIBRARY_PATH"] = ":".join(sorted(libraries))
    done = subprocess.run(  # noqa: S603 (our own arguments)
        [own, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _unpacked(cache: Path) -> Path:
    target = cache / "kcat"
    if (target / "usr/bin/kcat").is_file():
        return target
    apt = shutil.which("apt-get")
    assert apt, "kcat is not installed, and there is no apt-get to fetch it with: install kcat"
    work = cache / "apt"
    (work / "lists/partial").mkdir(parents=True, exist_ok=True)
    (work / "archives/partial").mkdir(parents=True, exist_ok=True)
    options = [
        "-o",
        f"Dir::State::Lists={work / 'lists'}",
        "-o",
        f"Dir::Cache={work}",
        "-o",
        "Debug::NoLocking=1",
        "-qq",
    ]
    _do([apt, *options, "update"], work)
    for package in PACKAGES:
        # A library that a release names otherwise is one that it has already, or kcat will say which it misses.
        _do([apt, *options, "download", package], work, must=package == "kcat")
    partial = cache / "kcat.partial"
    for archive in sorted(work.glob("*.deb")):
        _do(["dpkg-deb", "-x", str(archive), str(partial)], work)
    partial.rename(target)
    return target


def _do(command: list[str], directory: Path, *, must: bool = True) -> None:
    done = subprocess.run(  # noqa: S603 (our own command)
        command, cwd=directory, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0 or not must, f"{' '.join(command)}: {done.stderr}"
