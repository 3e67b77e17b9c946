"""Consumers in processes of their own, for tests of several at once, and of one that dies."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from typing import Any

from services.titles_and_badges import app, consumers
from services.titles_and_badges.use_cases import recognising
from shared import consumer, kafka
from shared.events.activity import Delivery
from shared.settings import Settings

_LONGEST_SECONDS = 60


def start(work: Callable[..., None], configuration: Settings, *given: Any) -> BaseProcess:
    """Let another process do it; it ends with ours. A fork would share the connections of this one."""
    process = multiprocessing.get_context("spawn").Process(
        target=work, args=(configuration, *given), daemon=True
    )
    process.start()
    return process


def ended(process: BaseProcess) -> int | None:
    """Its exit code, once it has ended; less than 0 if a signal ended it."""
    process.join(_LONGEST_SECONDS)
    return process.exitcode


def consume(configuration: Settings, partition: int, deliveries: Sequence[Delivery], batch: int) -> None:
    """Take deliveries, so many a transaction."""
    app.connect(configuration, "consume")
    for begin in range(0, len(deliveries), batch):
        recognising.recognise(partition, deliveries[begin : begin + batch], {})


def consume_and_die(configuration: Settings, records: Sequence[kafka.Record]) -> None:
    """Take a batch, and die when it is committed and its offset is not."""
    app.connect(configuration, "consume")
    partition = records[0].partition
    consumer.apply(consumers.HANDLERS[partition.topic], partition, records)
    os.kill(os.getpid(), signal.SIGKILL)
