"""The act (行為): one person, one moment, one transaction; what every workflow is handed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.audit import Tag, record
from portal.mail import Attachment, Letter, checked_address, enqueue, render
from portal.mail.outbox import BadAddress
from procurement.errors import RuleViolation
from procurement.rules import CityRules
from procurement.wareki import jst_date
from signing import DocumentStore


@dataclass(frozen=True)
class Actor:
    """Actor (行為者): who acts, as the audit log will name it.

    `side` is "office", "contractor", "signer", "job" or "operator"; `address` is the network address.
    """

    side: str
    id: str
    name: str
    address: str = ""


CITIES = "cities"
SCHEDULER = Actor(side="job", id="scheduler", name="自動処理")


@dataclass(frozen=True)
class Act:
    """One act: `session` is an open writing transaction that the caller commits."""

    session: Session
    actor: Actor
    now: datetime
    cities: Mapping[str, CityRules]
    store: DocumentStore
    base_url: str

    def __post_init__(self) -> None:
        # reads that are handed the session alone find the rules there (cities_of)
        self.session.info[CITIES] = self.cities

    def city(self, city: str) -> CityRules:
        """The rules of a city through all their versions; an unknown one is refused in words."""
        if city not in self.cities:
            raise RuleViolation("unknown_city", f"「{city}」という市の定めは登録されていません。")
        return self.cities[city]

    def rules(self, city: str) -> CityRules:
        """The rules of a city that are in force today."""
        return self.city(city).at(jst_date(self.now))

    def address_of(self, path: str) -> str:
        """The full address of a page, for a mail."""
        return f"{self.base_url.rstrip('/')}{path}"

    def audit(self, tag: Tag, *, city: str, subject: tuple[str, str], **details: Any) -> None:
        """Record the act in the same transaction; `subject` is (kind, id)."""
        record(
            self.session,
            at=self.now,
            city=city,
            actor=(self.actor.side, self.actor.id, self.actor.name),
            address=self.actor.address,
            tag=tag,
            subject=subject,
            details=details,
        )

    def mail(
        self,
        template: str,
        to: str,
        *,
        city: str,
        key: str,
        subject: str | None = None,
        from_name: str = "",
        case_id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
        **values: Any,
    ) -> None:
        """Put a letter into the outbox, once per `key` and recipient; a job sends it later.

        `subject` and `from_name` replace the template's own where a city prescribes the wording.
        """
        written_subject, body = render(
            template, rules=self.rules(city), now=self.now, base_url=self.base_url, **values
        )
        refuse_bad_address(to)
        enqueue(
            self.session,
            Letter(
                city=city,
                key=f"{key}:{to}",
                to=to,
                subject=subject or written_subject,
                body=body,
                sender_name=from_name or None,
                attachments=attachments,
                case_id=case_id,
            ),
            now=self.now,
        )


def cities_of(session: Session) -> Mapping[str, CityRules]:
    """The rules of the cities, for a read that is handed the session of an act alone."""
    cities: Mapping[str, CityRules] = session.info[CITIES]
    return cities


def refuse_bad_address(address: str) -> None:
    """Refuse in words what is not exactly one mail address."""
    try:
        checked_address(address)
    except BadAddress as bad:
        raise RuleViolation(
            "mail_address_invalid",
            f"「{address}」はメールアドレスとして使えません。",
            remedy="アドレスを「name@example.co.jp」の形で、一つだけ入力します。",
        ) from bad
