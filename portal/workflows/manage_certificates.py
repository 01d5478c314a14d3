"""Manage certificates (電子証明書の管理): ask for, issue, import, revoke; PIN and password letters go with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from cryptography import x509
from sqlalchemy import select

from portal.audit import Tag
from portal.mail.hidden import hidden
from portal.scoping import EVERYBODY
from portal.workflows.act import Act, refuse_bad_address
from portal.workflows.texts import required_reason
from procurement.awards import Award
from procurement.errors import RuleViolation
from procurement.parties import Company
from procurement.wareki import jst_date
from signing import certificates as life
from signing import signing_passwords as passwords
from signing.certificates import Holder, PreparedRequest, SignerCertificate
from signing.key_custody import KeyVault
from signing.pades.built_in_ca import BuiltInCa
from signing.pades.trust import TrustStore

SEAL_CERTIFICATE_MONTHS = 3
"""印鑑証明書 of the representative's registered seal: at most so old at the application. (PTY-14, ACCT-09)"""

REASONS: Mapping[str, tuple[str, x509.ReasonFlags]] = {
    "superseded": ("新しい電子証明書に替えたため", x509.ReasonFlags.superseded),
    "affiliation": ("退職・異動・役職や名称の変更のため", x509.ReasonFlags.affiliation_changed),
    "cessation": ("使わなくなったため", x509.ReasonFlags.cessation_of_operation),
    "compromise": ("PINや鍵が他人に知られたおそれがあるため", x509.ReasonFlags.key_compromise),
    "unspecified": ("その他", x509.ReasonFlags.unspecified),
}
"""Reasons of a revocation (失効の理由), as people choose them and as RFC 5280 names them."""


@dataclass(frozen=True)
class Issuer:
    """What issues here: the vault's way of hiding letters, and the CA where there is one."""

    letter_key: bytes = field(repr=False)
    ca: BuiltInCa | None
    days: int


def owners_of(act: Act, city: str) -> dict[str, str]:
    """Whose certificates a city manages: its own, and those of companies that it awarded something to."""
    awarded = select(Award.company_id).where(Award.city == city)
    companies = act.session.scalars(select(Company).where(Company.id.in_(awarded)).order_by(Company.name))
    return {city: act.rules(city).name} | {company.id: company.name for company in companies}


def is_managed_by(row: SignerCertificate, city: str) -> bool:
    """Whether this city had the certificate issued: only it knows whether the reasons still hold."""
    return row.managed_by == city


def refuse_unmanaged(act: Act, row: SignerCertificate, city: str) -> None:
    """Refuse to issue, renew or revoke what another city had issued: a company may work for several cities."""
    if is_managed_by(row, city):
        return
    manager = act.cities.get(row.managed_by)
    name = manager.name if manager else "ほかの発注者"
    raise RuleViolation(
        "certificate_of_another_city",
        f"この電子証明書は、{name}が発行の手続きをしたものです。ほかの市が取込・更新・失効を行うことはできません。",
        remedy=f"失効などが必要なときは、{name}の契約担当課に連絡します。この市との契約に使う電子証明書は、新しく申し込めます。",
    )


def chosen_authority(name: str) -> str:
    """The outside authority that is applied to; refused when none is named."""
    if not name.strip():
        raise RuleViolation(
            "authority_missing", "申込み先の認証局が空欄です。", remedy="認証局の名称を入力します。"
        )
    return name.strip()


def refuse_unproven(city: str, holder: Holder, issued_on: date | None, today: date) -> None:
    """A company's application comes with a 印鑑証明書; of its own people the city asks for none. (PTY-14)"""
    if holder.owner != city:
        refuse_old_seal_certificate(issued_on, today)


def refuse_old_seal_certificate(issued_on: date | None, today: date) -> None:
    """Refuse an application whose 印鑑証明書 is missing, of the future, or older than three months. (PTY-14)"""
    if issued_on is None:
        raise RuleViolation(
            "seal_certificate_missing",
            "印鑑証明書の発行日が入力されていません。",
            remedy="代表者登録印に係る印鑑証明書（写しで差し支えありません）の発行日を入力します。",
        )
    if issued_on > today:
        raise RuleViolation(
            "seal_certificate_future",
            "印鑑証明書の発行日が今日より後になっています。",
            remedy="発行日を確認します。",
        )
    if _months_before(today, SEAL_CERTIFICATE_MONTHS) > issued_on:
        raise RuleViolation(
            "seal_certificate_old",
            f"印鑑証明書は、発行から{SEAL_CERTIFICATE_MONTHS}か月以内のものが必要です。",
            remedy="新しい印鑑証明書を取得してから、もう一度申し込みます。",
        )


def request_certificate(
    act: Act, city: str, prepared: PreparedRequest, issuer: Issuer, *, authority: str, renews_id: str = ""
) -> SignerCertificate:
    """Keep a request for an outside authority; the PIN goes to the signer now, for we forget it. (PTY-04)"""
    refuse_bad_address(prepared.holder.email)
    renews = life.certificate(act.session, renews_id) if renews_id else None
    if renews is not None:
        refuse_unmanaged(act, renews, city)
    managed = replace(prepared, holder=replace(prepared.holder, managed_by=city))
    row = life.request_certificate(act.session, managed, act.now, authority=authority, renews=renews)
    _audit(act, Tag.CERTIFICATE_REQUESTED, city, row, holder=row.email, authority=authority)
    _mail_pin(act, city, row, prepared.pin, issuer)
    return row


def issue_certificate(
    act: Act, city: str, prepared: PreparedRequest, issuer: Issuer, *, renews_id: str = ""
) -> SignerCertificate:
    """Have the installation's own CA issue at once, and mail the PIN. (PTY-03, PTY-04)"""
    if issuer.ca is None:
        raise RuleViolation(
            "no_built_in_ca",
            "このシステムには、認証局がありません。",
            remedy="外部の認証局に申し込み、発行された証明書を取り込みます。",
        )
    row = request_certificate(act, city, prepared, issuer, authority=issuer.ca.name, renews_id=renews_id)
    life.issue_from_built_in_ca(act.session, issuer.ca, row.id, act.now, issuer.days)
    _audit_issued(act, city, row)
    return row


def import_certificate(
    act: Act, city: str, certificate_id: str, content: bytes, trust: TrustStore
) -> SignerCertificate:
    """Take what an outside authority issued for our request."""
    refuse_unmanaged(act, life.certificate(act.session, certificate_id), city)
    row = life.import_certificate(act.session, certificate_id, content, trust, act.now)
    _audit_issued(act, city, row)
    return row


def register_certificate(
    act: Act, city: str, holder: Holder, content: bytes, trust: TrustStore
) -> SignerCertificate:
    """Register a certificate whose key the signer keeps; each signature will prove that it has the key."""
    refuse_bad_address(holder.email)
    managed = replace(holder, managed_by=city)
    row = life.register_elsewhere(act.session, managed, content, trust, act.now)
    life.confirm_elsewhere(act.session, row.id, act.now)
    _audit_issued(act, city, row)
    return row


def revoke_certificate(
    act: Act, city: str, certificate_id: str, kind: str, words: str, ca: BuiltInCa | None
) -> SignerCertificate:
    """Revoke (失効), with a reason that is kept; the holder hears of it."""
    refuse_unmanaged(act, life.certificate(act.session, certificate_id), city)
    label, flag = REASONS[kind]
    note = (
        required_reason(words, SignerCertificate.revocation_reason, "失効の理由")
        if words or flag is (x509.ReasonFlags.unspecified)
        else ""
    )
    reason = f"{label}：{note}" if note else label
    row = life.revoke(act.session, certificate_id, reason, act.now, ca=ca, flag=flag)
    passwords.void(act.session, row.owner, row.email, act.now)
    _audit(act, Tag.CERTIFICATE_REVOKED, city, row, serial=row.serial or "", reason=reason)
    key = f"certificate-revoked:{row.id}"
    act.mail("certificate_revoked", row.email, city=city, key=key, row=row, reason=reason)
    return row


def revoke_by_serial(act: Act, ca: BuiltInCa, serial: str, reason: str, flag: x509.ReasonFlags) -> None:
    """The same by the number of a certificate, also of one that stands in no list of ours. For operators."""
    try:
        number = int(serial, 16)
    except ValueError as error:
        raise RuleViolation(
            "serial_unreadable", f"「{serial}」は証明書の番号（16進数）として読めません。"
        ) from error
    row = act.session.scalar(select(SignerCertificate).where(SignerCertificate.serial == f"{number:x}"))
    ca.revoke(number, act.now, flag)
    if row is not None:
        life.revoke(act.session, row.id, reason, act.now, ca=ca, flag=flag)
        passwords.void(act.session, row.owner, row.email, act.now)
    act.audit(
        Tag.CERTIFICATE_REVOKED,
        city=city_of_owner(act, row.owner) if row else "",
        subject=("certificate", row.id if row else serial[:60]),
        serial=serial,
        reason=reason,
    )


def mail_signing_password(
    act: Act, city: str, issued: passwords.IssuedPassword, name: str, letter_key: bytes
) -> None:
    """Mail a one-time password to its signer. (PTY-08, PTY-11)"""
    act.mail(
        "signing_password",
        issued.row.email,
        city=city,
        key=f"signing-password:{issued.row.id}",
        person=name,
        password=hidden(issued.password, letter_key),
        expires_on=issued.expires_on,
        days=passwords.LIFETIME_DAYS,
    )


def send_password_if_needed(
    act: Act, city: str, vault: KeyVault, letter_key: bytes, owner: str, email: str, name: str
) -> bool:
    """The day's password to somebody who is asked to sign; False when one was mailed today. (PTY-08, PTY-09)"""
    issued = passwords.issue_if_needed(act.session, vault, owner, email, act.now)
    if issued is None:
        return False
    mail_signing_password(act, city, issued, name, letter_key)
    _audit_password(act, Tag.SIGNING_PASSWORD_ISSUED, city, issued)
    return True


def reissue_password(
    act: Act, city: str, vault: KeyVault, letter_key: bytes, owner: str, email: str, name: str
) -> passwords.IssuedPassword:
    """署名用パスワード再発行: another one by mail, the earlier ones are void. (PTY-10)"""
    issued = passwords.reissue(act.session, vault, owner, email, act.now)
    mail_signing_password(act, city, issued, name, letter_key)
    _audit_password(act, Tag.SIGNING_PASSWORD_REISSUED, city, issued)
    return issued


def city_of_owner(act: Act, owner: str) -> str:
    """The city in whose name a holder is written to: itself, or the one that last awarded the company something."""
    if owner in act.cities:
        return owner
    query = select(Award.city).where(Award.company_id == owner).order_by(Award.awarded_at.desc())
    found = act.session.scalars(query.limit(1).execution_options(**EVERYBODY)).first()
    if found is None:
        raise RuleViolation(
            "owner_without_city",
            "この会社と契約する市が見つかりません。",
            remedy="案件が登録されると、手続きできます。",
        )
    return found


def _audit_issued(act: Act, city: str, row: SignerCertificate) -> None:
    _audit(act, Tag.CERTIFICATE_ISSUED, city, row, serial=row.serial or "", authority=row.authority)


def _audit(act: Act, tag: Tag, city: str, row: SignerCertificate, **details: str) -> None:
    act.audit(tag, city=city, subject=("certificate", row.id), **details)


def _audit_password(act: Act, tag: Tag, city: str, issued: passwords.IssuedPassword) -> None:
    subject = ("signing_password", issued.row.id)
    act.audit(tag, city=city, subject=subject, holder=issued.row.email, expires=issued.expires_on.isoformat())


def _mail_pin(act: Act, city: str, row: SignerCertificate, pin: str, issuer: Issuer) -> None:
    act.mail(
        "certificate_pin",
        row.email,
        city=city,
        key=f"certificate-pin:{row.id}",
        row=row,
        pin=hidden(pin, issuer.letter_key),
        link=act.address_of("/my-certificates/confirmation"),
        is_own_ca=issuer.ca is not None and row.authority == issuer.ca.name,
        is_renewal=row.renews_id is not None,
        today=jst_date(act.now),
    )


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or the last one of it."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))
