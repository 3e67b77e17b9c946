"""Put the probes to django-referral-system, used as its documentation says (it runs in the peers' environment)."""

import os

from standing import answer, stand

os.environ["BASE_REFERRAL_LINK"] = "https://shop.example/"
stand(["rest_framework", "referrals"], urls=__name__)

from django.contrib.auth.models import User  # noqa: E402 (Django must stand before)
from django.db import IntegrityError, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import include, path  # noqa: E402
from referrals.exceptions import ViewException  # noqa: E402
from referrals.models import Promoter, Referral, ReferralProgram  # noqa: E402
from referrals.services import promoter_service, referral_service  # noqa: E402

urlpatterns = [path("referrals/", include("referrals.urls"))]


class Asked:
    """A program; Ann promotes, and Bob is there."""

    def __init__(self, rate: str = "10.00") -> None:
        ReferralProgram.objects.create(name="Friends", commission_rate=rate)
        self.ann, self.bob = (
            User.objects.create_user(name, f"{name}@example.com") for name in ("ann", "bob")
        )
        self.promoter = promoter_service.get_or_create_promoter(self.ann)

    def join(self, who: str = "bob") -> None:
        """Somebody signs up with Ann's code."""
        said = {"email": f"{who}@example.com", "referral_token": self.promoter.referral_token}
        Client().post("/referrals/", said, content_type="application/json")

    def buy(self, cents: int, invoice: str) -> None:
        """Bob pays."""
        referral_service.handle_purchase_subscription(self.bob, cents, invoice)

    @property
    def owed(self) -> str:
        """What is owed to Ann, in cents."""
        return f"{round(Promoter.objects.get(pk=self.promoter.pk).total_earned * 100)} cents"

    def same_sign_up_twice(self) -> str:
        """Somebody signs up twice: how many sign-ups are kept."""
        self.join()
        try:
            with transaction.atomic():
                self.join()
        except IntegrityError:
            return f"{Referral.objects.count()}, then an error"
        return str(Referral.objects.count())

    def orders_of_1000(self, *invoices: str) -> str:
        """What is owed after such orders of ten euros each."""
        self.join()
        for invoice in invoices:
            self.buy(1000, invoice)
        return self.owed

    def order_of_500(self, *refunds: int) -> str:
        """What is owed after an order of five euros and such refunds."""
        self.join()
        self.buy(500, "o1")
        for number, cents in enumerate(refunds):
            referral_service.handle_user_refund(self.bob, cents, 500, f"r{number}")
        return self.owed

    def own_code(self) -> str:
        """Ann uses her own code."""
        try:
            self.join("ann")
        except ViewException:
            return "refused"
        return "counted"

    def same_visitor_twice(self) -> int:
        """How many clicks are counted of one browser that comes twice."""
        said = {"referral_token": self.promoter.referral_token}
        for _ in range(2):
            Client().post("/referrals/increment-link-clicked/", said, content_type="application/json")
        return int(Promoter.objects.get(pk=self.promoter.pk).link_clicked)

    def code(self) -> str:
        """Where a code comes from."""
        again = referral_service.generate_referral_token(self.ann.pk)
        return "follows from the user's number" if again == self.promoter.referral_token else "random"


def unknown_code() -> str:
    """What is made of a code that nobody has."""
    User.objects.create_user("bob", "bob@example.com")
    said = {"email": "bob@example.com", "referral_token": "nobody"}
    Client().post("/referrals/", said, content_type="application/json")
    return f"{Promoter.objects.count()} advocates"


if __name__ == "__main__":
    answer(
        {
            "same sign-up twice": lambda: Asked().same_sign_up_twice(),
            "same order twice": lambda: Asked().orders_of_1000("o1", "o1"),
            "second purchase": lambda: Asked().orders_of_1000("o1", "o2"),
            "500 cents at 2.9 %": lambda: Asked("2.90").order_of_500(),
            "refunds of 100, then 400": lambda: Asked("2.90").order_of_500(100, 400),
            "own code": lambda: Asked().own_code(),
            "same visitor twice": lambda: Asked().same_visitor_twice(),
            "unknown code": unknown_code,
            "code": lambda: Asked().code(),
        }
    )
