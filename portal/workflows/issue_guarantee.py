"""Issue a guarantee (保証証書の発行) and what follows it: send back, change, correct, withdraw, cancel. (GUAR-70, GUAR-72)"""

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.desk import issuing
from guarantees.desk.asked import AskedProduct
from guarantees.desk.form_choice import refuse_mixing
from guarantees.desk.histories import newest_contents
from guarantees.desk.issuing import Officer
from guarantees.desk.orm import (
    ApplicationKind,
    ApplicationStatus,
    DeskApplication,
    DeskGuarantee,
    DeskRecommendation,
)
from guarantees.errors import GuaranteeRefused
from guarantees.products import CertificateForm, Product
from guarantees.sealed_words import SealedWords
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.apply_for_guarantee import asked_change_of, asked_of, lock_application
from portal.workflows.desk_facts import prefilled_from
from portal.workflows.mail_desk_customer import mail_followed, mail_sent_back
from procurement.wareki import jst_date

TRIES = 5
FOLLOWING = {
    VersionKind.CHANGE: issuing.change,
    VersionKind.CORRECTION: issuing.correct,
}


def send_back_application(act: Act, application: DeskApplication, reason: str) -> None:
    """Give an application back to its customer (差戻し), with the reason by mail."""
    lock_application(act, application)
    _refuse_unless_waiting(application)
    if application.guarantees:
        raise GuaranteeRefused("application.issued", "一部の保証を発行したため、差し戻せません。")
    if not reason.strip():
        raise GuaranteeRefused("reason.missing", "理由が空欄です。", remedy="直してほしいところを書きます。")
    application.send_back(reason.strip(), act.now)
    act.audit(
        Tag.DESK_APPLICATION_SENT_BACK,
        city="",
        subject=("desk_application", application.id),
        reason=reason.strip(),
    )
    mail_sent_back(act, application)


def issue_product(
    act: Act,
    application: DeskApplication,
    product: Product,
    seal: SealedWords,
    period: tuple[date, date] | None = None,
) -> DeskGuarantee:
    """Issue one product of an application; `period` is the guarantee's first and last day. (GUAR-06)"""
    lock_application(act, application)
    asked = asked_of(application)
    wanted = asked.product(product)
    if wanted is None:
        raise GuaranteeRefused("product.not_asked", f"この申込みに{product.label}はありません。")
    contents = asked.contents(wanted, application.customer.name, jst_date(act.now))
    if period is not None:
        contents = replace(contents, guarantee_starts_on=period[0], guarantee_ends_on=period[1])
    guarantee = _issue(act, application, wanted, contents, seal)
    if len(application.guarantees) == len(asked.products):
        application.settle(act.actor.name, act.now)
    if asked.wants_interim and product is Product.ADVANCE_PAYMENT:
        _recommend_interim(act, guarantee, contents)
    act.audit(
        Tag.DESK_GUARANTEE_ISSUED,
        city="",
        subject=("desk_guarantee", guarantee.id),
        number=guarantee.number,
        product=product.value,
        form=guarantee.form.value,
    )
    return guarantee


def make_asked_change(act: Act, application: DeskApplication, seal: SealedWords) -> DeskGuarantee:
    """Issue the changed certificate that a customer applied for; the application is settled."""
    lock_application(act, application)
    _refuse_unless_waiting(application)
    if application.kind is not ApplicationKind.CHANGE:
        raise GuaranteeRefused("application.no_change", "変更の申込みではありません。")
    guarantee = lock_guarantee(act, application.guarantee_id or "")
    asked = asked_change_of(application)
    refuse_mixing(guarantee.form, asked.form)
    contents = asked.applied_to(newest_contents(guarantee))
    follow_guarantee(act, guarantee, VersionKind.CHANGE, contents, asked.reason, seal)
    application.settle(act.actor.name, act.now)
    return guarantee


def follow_guarantee(
    act: Act,
    guarantee: DeskGuarantee,
    kind: VersionKind,
    contents: CertificateContents | None,
    reason: str,
    seal: SealedWords,
    form: CertificateForm | None = None,
) -> None:
    """Change, correct, take a change back, or end a guarantee; paper follows paper, electronic electronic. (GUAR-05)"""
    guarantee = lock_guarantee(act, guarantee.id)
    if form is not None:
        refuse_mixing(guarantee.form, form)
    officer = Officer(act.actor.name, act.now, seal)
    if kind in FOLLOWING:
        assert contents is not None
        FOLLOWING[kind](guarantee, contents, officer, reason)
    elif kind is VersionKind.CHANGE_WITHDRAWN:
        issuing.withdraw_change(guarantee, officer, reason)
    else:
        issuing.cancel(guarantee, officer, reason)
    act.session.flush()
    act.audit(
        Tag.DESK_GUARANTEE_FOLLOWED,
        city="",
        subject=("desk_guarantee", guarantee.id),
        number=guarantee.number,
        kind=kind.value,
        reason=reason,
    )
    if not guarantee.is_electronic:
        mail_followed(
            act, guarantee, guarantee.papers[-1]
        )  # an electronic one is told of when it has arrived


def lock_guarantee(act: Act, guarantee_id: str) -> DeskGuarantee:
    """Keep other writers out of a guarantee until this act commits, and read it again."""
    act.session.flush()
    row = select(DeskGuarantee).where(DeskGuarantee.id == guarantee_id).with_for_update()
    guarantee = act.session.scalars(row.execution_options(populate_existing=True)).one()
    act.session.expire(guarantee, ["papers"])
    return guarantee


def _issue(
    act: Act,
    application: DeskApplication,
    wanted: AskedProduct,
    contents: CertificateContents,
    seal: SealedWords,
) -> DeskGuarantee:
    """Of two officers who take the same number at once, the second one takes the next."""
    asked = asked_of(application)
    officer = Officer(act.actor.name, act.now, seal)
    for attempt in range(TRIES):
        try:
            with act.session.begin_nested():
                return issuing.issue(act.session, application, asked, wanted, officer, contents)
        except IntegrityError:
            act.session.expire(application, ["guarantees"])
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _recommend_interim(act: Act, guarantee: DeskGuarantee, contents: CertificateContents) -> None:
    """The customer plans an interim advance payment: its application is offered, filled in. (GUAR-14)"""
    values = prefilled_from(contents) | {
        "orderer": guarantee.orderer,
        "base_number": guarantee.number,
        "branch": contents.branch,
    }
    act.session.add(
        DeskRecommendation(
            issuer=guarantee.issuer,
            customer_id=guarantee.customer_id,
            reference=f"interim/{guarantee.number}",
            kind=ApplicationKind.INTERIM,
            orderer=guarantee.orderer,
            values={name: value for name, value in values.items() if value},
            made_at=act.now,
        )
    )


def _refuse_unless_waiting(application: DeskApplication) -> None:
    if application.status is not ApplicationStatus.WAITING:
        text = f"この申込みは「{application.status.label}」です。"
        raise GuaranteeRefused("application.not_waiting", text, remedy="申込みの一覧で状況をご確認ください。")
