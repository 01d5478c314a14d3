"""Rows of signers' certificates (電子証明書の台帳): found, and refused where they may not sign now."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from signing.errors import SigningRefused
from signing.modes import CertificateStatus
from signing.orm_certificates import SignerCertificate

PIN_TRIES = 5
Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits at its end, as `seal_pending` is given one."""


class UnknownCertificate(SigningRefused):
    code = "unknown_certificate"
    text = "電子証明書が見つかりません。"


class NotConfirmed(SigningRefused):
    """PTY-07, in the words of the service that people know."""

    code = "not_confirmed"
    text = (
        "証明書有効性確認の操作が未完了です。証明書管理メニューより証明書有効性確認を選択し"
        "証明書有効性確認の操作を実行してください。"
    )


class CertificateUnusable(SigningRefused):
    """Not issued yet, ended, revoked or locked (使えない証明書)."""

    code = "certificate_unusable"
    remedy = "契約の担当者に、電子証明書の発行または更新を依頼してください。"


class PinLocked(CertificateUnusable):
    code = "pin_locked"
    text = f"PINを{PIN_TRIES}回間違えたため、この電子証明書は使えなくなりました。"
    remedy = "PINは復元できません。契約の担当者に、電子証明書の再発行を依頼してください。"


class CertificateConflict(SigningRefused):
    code = "certificate_conflict"
    text = "この電子証明書は、すでに登録されています。"


def certificate(session: Session, certificate_id: str, *, to_write: bool = False) -> SignerCertificate:
    """The row of this id; UnknownCertificate when there is none."""
    query = select(SignerCertificate).where(SignerCertificate.id == certificate_id)
    row = session.scalars(query.with_for_update() if to_write else query).one_or_none()
    if row is None:
        raise UnknownCertificate
    return row


def certificates_of(session: Session, owner: str, email: str | None = None) -> Sequence[SignerCertificate]:
    """Certificates of a city or company, or of one signer of it, the newest first."""
    query = select(SignerCertificate).where(SignerCertificate.owner == owner)
    if email is not None:
        query = query.where(SignerCertificate.email == email)
    return session.scalars(query.order_by(SignerCertificate.requested_at.desc(), SignerCertificate.id)).all()


def usable_certificates(session: Session, owner: str, email: str, now: datetime) -> list[SignerCertificate]:
    """What a signer may sign with at this moment, the newest first."""
    found = certificates_of(session, owner, email)
    return [row for row in found if row.status_at(now) is CertificateStatus.CONFIRMED]


def refuse_unusable(row: SignerCertificate, now: datetime, *, needs_confirmation: bool = True) -> None:
    """Refuses a certificate that may not sign now, saying why. (PTY-07)"""
    status = row.status_at(now)
    if status is CertificateStatus.LOCKED:
        raise PinLocked
    if row.not_before is not None and now < row.not_before:
        raise CertificateUnusable("この電子証明書の有効期間は、まだ始まっていません。")
    reasons = {
        CertificateStatus.REQUESTED: "この電子証明書は、まだ発行されていません。",
        CertificateStatus.EXPIRED: "この電子証明書の有効期間は終わっています。",
        CertificateStatus.REVOKED: "この電子証明書は失効しています。",
    }
    if status in reasons:
        raise CertificateUnusable(reasons[status])
    if needs_confirmation and status is CertificateStatus.ISSUED:
        raise NotConfirmed
