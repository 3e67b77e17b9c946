"""The door `/r/…` of a test, and what came through it."""

from dataclasses import dataclass, field
from typing import Any

from services.referral import wsgi
from services.referral.redirect.keeping import Keeping
from tests.fixtures import Door
from tests.strangers import PROGRAM

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36"
)


@dataclass
class Clicker:
    """Somebody who clicks on the links of one community, from a browser of his own."""

    referral: Door
    user_agent: str = CHROME
    address: str = "192.0.2.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def __call__(self, code: str, method: str = "GET", query: str = "", **headers: str) -> Any:
        """Ask for a link, as this browser; it keeps its cookie."""
        client = self.referral.client.application.test_client(use_cookies=False)
        said = {
            "User-Agent": self.user_agent,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if self.cookies:
            said.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        said = {name: value for name, value in said.items() if value}
        answer = client.open(
            f"/r/{code}",
            method=method,
            query_string=query,
            headers=said,
            environ_base={"REMOTE_ADDR": self.address},
        )
        if "Set-Cookie" in answer.headers:
            name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


def a_link(referral: Door, member: str = "ann", **more: Any) -> str:
    """The code of a new link of an advocate."""
    assert referral("PUT", "/v1/programs/friends", PROGRAM).status_code == 200
    referral("POST", "/v1/advocates", {"program": "friends", "member": member})
    wanted = {"program": "friends", "channel": "chat", **more}
    made = referral("POST", f"/v1/advocates/{member}/links", wanted)
    assert made.status_code in {200, 201}, made.json
    code: str = made.json["code"]
    return code


def keeping(referral: Door) -> Keeping:
    """What goes on behind the door."""
    found: Keeping = referral.client.application.extensions[wsgi.CLICKS]
    return found


def clicks(referral: Door, **asked: str) -> list[dict[str, Any]]:
    """What came of all that was clicked until now, the latest first."""
    keeping(referral).turn()
    found: list[dict[str, Any]] = referral("GET", "/v1/clicks", query_string=asked).json["items"]
    return found


def classes(referral: Door) -> list[str]:
    """The classes of all clicks, in order of time."""
    return [each["class"] for each in reversed(clicks(referral))]
