"""Issue, change, correct, cancel (保証証書の発行・変更・訂正・解約) by the surety's officer.

Nothing here calls the registry: what is issued waits as `DeskGuarantee.waiting` until it has arrived there.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from guarantees.certificates import CertificateContents, Target, VersionKind
from guarantees.columns import new_id
from guarantees.days import day_of
from guarantees.desk.asked import Asked, AskedProduct
from guarantees.desk.histories import differences, newest_contents, newest_kind
from guarantees.desk.numbering import new_key, new_number
from guarantees.desk.orm import DeskApplication, DeskCertificate, DeskGuarantee
from guarantees.desk.premiums import quote
from guarantees.desk.states import ApplicationStatus
from guarantees.errors import GuaranteeRefused
from guarantees.issuers import issuer_of
from guarantees.keys import AuthenticationKey
from guarantees.products import CertificateForm
from guarantees.sealed_words import SealedWords

SAME_TEXT = "証書の記載が、今のものと変わっていません。"


@dataclass(frozen=True)
class Officer:
    """Who issues, and when (発行者). `seal` keeps the keys that the desk gives out."""

    name: str
    now: datetime
    seal: SealedWords = field(repr=False)

    @property
    def today(self) -> date:
        """The day in Japan."""
        return day_of(self.now)


def issue(
    session: Session, application: DeskApplication, asked: Asked, product: AskedProduct, officer: Officer,
    contents: CertificateContents,
) -> DeskGuarantee:  # fmt: skip
    """A new guarantee contract (保証契約) with its first certificate; electronic ones get a key. (GUAR-70, GUAR-72)"""
    _refuse_settled(application, product)
    _check(contents)
    on = officer.today
    price = quote(application.issuer, product.product, product.amount, on)
    guarantee = DeskGuarantee(
        id=new_id(),
        issuer=application.issuer,
        number=new_number(session, application.issuer, product.product, on),
        application=application,
        customer=application.customer,
        product=product.product,
        form=product.form,
        orderer=asked.orderer,
        premium=price.premium,
        discount=price.discount,
        issued_at=officer.now,
    )
    if guarantee.is_electronic:
        key = new_key(issuer_of(application.issuer))
        guarantee.key_sealed = officer.seal.seal(key.reveal(), guarantee.id)
    session.add(guarantee)
    _add(guarantee, VersionKind.NEW, contents, officer)
    session.flush()
    return guarantee


def change(guarantee: DeskGuarantee, contents: CertificateContents, officer: Officer, reason: str) -> None:
    """A changed certificate (変更): number, key and form stay. (GUAR-05, GUAR-72)"""
    _refuse_ended(guarantee)
    _follow(guarantee, VersionKind.CHANGE, contents, officer, reason)


def correct(guarantee: DeskGuarantee, contents: CertificateContents, officer: Officer, reason: str) -> None:
    """A correction (訂正) takes the place of the newest certificate, whose mistake it corrects. (GUAR-62)"""
    _refuse_ended(guarantee)
    _follow(guarantee, VersionKind.CORRECTION, contents, officer, reason)


def withdraw_change(guarantee: DeskGuarantee, officer: Officer, reason: str) -> None:
    """Take the newest change back (変更取消): what was before it holds again. (GUAR-62)"""
    _refuse_ended(guarantee)
    if newest_kind(guarantee) is not Target.CHANGE:
        raise GuaranteeRefused(
            "change.none",
            "取り消せる変更がありません。",
            remedy="最新の証書が変更のものであるときに取り消せます。",
        )
    _refuse_silent(reason)
    _add(guarantee, VersionKind.CHANGE_WITHDRAWN, newest_contents(guarantee), officer, reason)


def cancel(guarantee: DeskGuarantee, officer: Officer, reason: str) -> None:
    """End the guarantee contract (解約)."""
    _refuse_ended(guarantee)
    _refuse_silent(reason)
    _add(guarantee, VersionKind.CANCELLATION, newest_contents(guarantee), officer, reason)
    guarantee.cancelled_at = officer.now


def key_of(guarantee: DeskGuarantee, seal: SealedWords) -> AuthenticationKey:
    """The key of an electronic guarantee, for its customer's notice and for the registry."""
    if guarantee.key_sealed is None:
        raise GuaranteeRefused("key.none", "証書（紙）の保証には、認証キーがありません。")
    return AuthenticationKey(seal.open(guarantee.key_sealed, guarantee.id))


def _follow(
    guarantee: DeskGuarantee, kind: VersionKind, contents: CertificateContents, officer: Officer, reason: str
) -> None:
    _refuse_silent(reason)
    _check(contents)
    before = newest_contents(guarantee)
    if contents.product is not before.product:
        raise GuaranteeRefused(
            "product.changed", "保証の種類は変更できません。", remedy="新しく申し込みます。"
        )
    if contents == before:
        raise GuaranteeRefused("contents.same", SAME_TEXT, remedy="変わるところを入力します。")
    _add(guarantee, kind, contents, officer, reason, differences(before, contents))


def _add(
    guarantee: DeskGuarantee, kind: VersionKind, contents: CertificateContents, officer: Officer,
    reason: str = "", changed: str = "",
) -> None:  # fmt: skip
    guarantee.papers.append(
        DeskCertificate(
            number=len(guarantee.papers) + 1,
            kind=kind,
            contents=contents.to_json(),
            contents_sha256=contents.sha256,
            changed=changed,
            reason=reason,
            issued_at=officer.now,
            issued_by=officer.name,
        )
    )


def _check(contents: CertificateContents) -> None:
    if contents.guaranteed_amount <= 0 or contents.contract_price <= 0:
        raise GuaranteeRefused(
            "amount.none", "金額が0円以下の証書は発行できません。", remedy="金額を入力します。"
        )
    if contents.guaranteed_amount > contents.contract_price:
        raise GuaranteeRefused(
            "amount.above_price",
            "保証金額が請負金額を超えています。",
            remedy="保証金額か請負金額をご確認ください。",
        )
    for first, last, what in (
        (contents.work_starts_on, contents.work_ends_on, "工期"),
        (contents.guarantee_starts_on, contents.guarantee_ends_on, "保証期間"),
    ):
        if first and last and last < first:
            text = f"{what}の終わりの日が、始まりの日より前になっています。"
            raise GuaranteeRefused("period.reversed", text, remedy="日付をご確認ください。")


def _refuse_settled(application: DeskApplication, product: AskedProduct) -> None:
    if application.status is not ApplicationStatus.WAITING:
        text = f"この申込みは「{application.status.label}」のため、発行できません。"
        raise GuaranteeRefused("application.not_waiting", text, remedy="申込みの一覧で状況をご確認ください。")
    if any(guarantee.product is product.product for guarantee in application.guarantees):
        raise GuaranteeRefused("product.issued", f"{product.product.label}は、すでに発行されています。")
    if product.form is CertificateForm.ELECTRONIC and not product.product.is_electronic:
        text = f"{product.product.label}は電子保証の対象外です。"
        raise GuaranteeRefused("electronic.product", text, "電子保証のご案内「3. ご利用の要件」")


def _refuse_ended(guarantee: DeskGuarantee) -> None:
    if not guarantee.is_in_force:
        raise GuaranteeRefused("guarantee.cancelled", "この保証契約は解約されています。")


def _refuse_silent(reason: str) -> None:
    if not reason.strip():
        raise GuaranteeRefused("reason.missing", "理由が空欄です。", remedy="理由を入力します。")
