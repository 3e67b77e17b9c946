"""How many histories are lived, and how: few by default, the same ones every time."""

import os

from hypothesis import HealthCheck, Phase, settings

#: `LAUREL_HISTORIES=2000` lives that many; without it few, the same ones every time.
HISTORIES = int(os.environ.get("LAUREL_HISTORIES", "0"))
STEADY = settings(
    phases=[Phase.generate],
    report_multiple_bugs=False,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
