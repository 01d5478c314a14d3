"""The holder (証明書の名義人) behind a sign-in, and its certificates as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort

from portal.accounts.identity import current_principal
from portal.accounts.models import Account, Door
from portal.workflows.act import Act
from signing import certificates as life
from signing.certificates import SignerCertificate
from signing.modes import CertificateStatus, KeyCustody
from signing.pades.built_in_ca import LABEL

STATUS_WORDS = {
    CertificateStatus.REQUESTED: ("発行待ち", "waiting"),
    CertificateStatus.ISSUED: ("確認待ち", "waiting"),
    CertificateStatus.CONFIRMED: ("有効", "accepted"),
    CertificateStatus.LOCKED: ("ロック", "stopped"),
    CertificateStatus.EXPIRED: ("期限切れ", "late"),
    CertificateStatus.REVOKED: ("失効", "stopped"),
}
HINTS = {
    CertificateStatus.REQUESTED: "認証局の発行を待っています。",
    CertificateStatus.ISSUED: "「証明書有効性確認」を行うと、署名に使えます。",
    CertificateStatus.LOCKED: "PINを5回間違えたため使えません。再発行が必要です。",
}


@dataclass(frozen=True)
class CertificateView:
    """One certificate in words. (PTY-02, PTY-05)"""

    row: SignerCertificate
    status: CertificateStatus
    word: str
    kind: str
    hint: str
    days_left: int | None
    authority_label: str

    @property
    def is_held(self) -> bool:
        """Whether we keep its key, so that a PIN of ours guards it."""
        return self.row.custody is KeyCustody.HELD

    @property
    def title(self) -> str:
        """Whose it is, with its number where it has one."""
        number = f"（番号 {self.row.serial[:8]}…）" if self.row.serial else "（発行待ち）"
        return f"{self.row.organisation} {self.row.title} {self.row.name}".replace("  ", " ") + number


@dataclass(frozen=True)
class Holder:
    """Whoever signs for a city or company with an own certificate."""

    owner: str
    email: str
    name: str


def holder_of(act: Act) -> Holder:
    """The person at work: a city's officer signs for the city, a contractor's for its company."""
    account = act.session.get(Account, current_principal().id) or abort(404)
    owner = account.city if account.door is Door.OFFICE else account.company_id
    return Holder(owner or "-", account.mail_address, account.name)


def own_certificates(act: Act, holder: Holder, own_ca_name: str | None) -> list[CertificateView]:
    """The certificates of a holder, the newest first."""
    found = life.certificates_of(act.session, holder.owner, holder.email)
    return views_of(found, act.now, own_ca_name)


def views_of(
    rows: Sequence[SignerCertificate], now: datetime, own_ca_name: str | None
) -> list[CertificateView]:
    """Rows in words."""
    return [view_of(row, now, own_ca_name) for row in rows]


def view_of(row: SignerCertificate, now: datetime, own_ca_name: str | None) -> CertificateView:
    """A row in words; `own_ca_name` is what this installation's own CA is called, where there is one."""
    status = row.status_at(now)
    word, kind = STATUS_WORDS[status]
    left = (row.not_after - now).days if row.not_after and row.revoked_at is None else None
    label = LABEL if own_ca_name is not None and row.authority == own_ca_name else ""
    return CertificateView(row, status, word, kind, HINTS.get(status, ""), left, label)
