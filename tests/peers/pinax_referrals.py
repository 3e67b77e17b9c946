"""Put the probes to pinax-referrals, used as its documentation says (it runs in the peers' environment)."""

from datetime import timedelta
from typing import Any

from standing import CHROME, SLACK, answer, stand

stand(
    ["pinax.referrals"],
    urls=__name__,
    middleware=("pinax.referrals.middleware.SessionJumpingMiddleware",),
)

from django.contrib.auth.models import User  # noqa: E402 (Django must stand before)
from django.test import Client  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from pinax.referrals.models import Referral  # noqa: E402

urlpatterns = [path("", include("pinax.referrals.urls", namespace="pinax_referrals"))]


class Asked:
    """A link of Ann, and what it counted."""

    def __init__(self) -> None:
        self.ann = User.objects.create_user("ann", "ann@example.com")
        self.link = Referral.create(redirect_to="/welcome", user=self.ann)

    def follow(self, client: Client | None = None, method: str = "GET", agent: str = CHROME) -> Any:
        """Somebody follows the link."""
        ask = getattr(client or Client(), method.lower())
        return ask(f"/{self.link.code}/", HTTP_USER_AGENT=agent)

    @property
    def counted(self) -> int:
        """How many clicks."""
        return int(self.link.response_count)

    def own_code(self) -> str:
        """Ann uses her own code."""
        client = Client()
        client.force_login(self.ann)
        self.follow(client)
        return "counted" if self.counted else "refused"

    def same_visitor_twice(self) -> int:
        """How many clicks are counted of one browser that comes twice."""
        client = Client()
        for _ in range(2):
            self.follow(client)
        return self.counted

    def preview(self) -> int:
        """How many clicks are counted of Slack's preview."""
        self.follow(agent=SLACK)
        return self.counted

    def head(self) -> int:
        """How many clicks are counted of a HEAD."""
        self.follow(method="HEAD")
        return self.counted

    def expired_link(self) -> str:
        """What the link answers when its time is over, and how many clicks are counted."""
        Referral.objects.filter(pk=self.link.pk).update(expired_at=timezone.now() - timedelta(days=1))
        return f"{self.follow().status_code}, {self.counted} counted"


def unknown_code() -> str:
    """What is made of a code that nobody has."""
    Client().get("/nobody/")
    return f"{Referral.objects.count()} advocates"


if __name__ == "__main__":
    answer(
        {
            "own code": lambda: Asked().own_code(),
            "same visitor twice": lambda: Asked().same_visitor_twice(),
            "preview by Slack": lambda: Asked().preview(),
            "HEAD": lambda: Asked().head(),
            "expired link": lambda: Asked().expired_link(),
            "unknown code": unknown_code,
        }
    )
