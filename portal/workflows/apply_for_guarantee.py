"""Apply for a guarantee (保証の申込み) at a desk: save, hand in, take back. (GUAR-13, GUAR-20 to GUAR-50)"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from guarantees.desk.asked import Asked, AskedChange
from guarantees.desk.form_choice import refuse_mixing
from guarantees.desk.histories import newest_contents
from guarantees.desk.orm import (
    ApplicationKind,
    ApplicationStatus,
    DeskApplication,
    DeskCustomer,
    DeskGuarantee,
    DeskRecommendation,
)
from guarantees.errors import GuaranteeRefused
from portal.audit import Tag
from portal.workflows.act import Act

LONGEST_DRAFT = 20_000


def begin_application(
    act: Act,
    customer: DeskCustomer,
    kind: ApplicationKind,
    typed: Mapping[str, str],
    *,
    recommendation: DeskRecommendation | None = None,
    guarantee: DeskGuarantee | None = None,
) -> DeskApplication:
    """A new draft (申込の作成), with what is filled in beforehand."""
    if customer.admitted_at is None:
        raise GuaranteeRefused(
            "customer.not_admitted",
            "利用申込みの手続きが終わっていません。",
            remedy="保証会社からのお知らせをお待ちください。",
        )
    application = DeskApplication(
        issuer=customer.issuer,
        customer=customer,
        kind=kind,
        guarantee_id=guarantee.id if guarantee else None,
        recommendation_id=recommendation.id if recommendation else None,
        values={"typed": dict(typed)},
        saved_at=act.now,
    )
    act.session.add(application)
    act.session.flush()
    return application


def save_application(act: Act, application: DeskApplication, typed: Mapping[str, str]) -> None:
    """Keep what was typed (保存), sound or not; nothing is checked yet."""
    lock_application(act, application)
    refuse_unless_open(application)
    if sum(len(name) + len(value) for name, value in typed.items()) > LONGEST_DRAFT:
        raise GuaranteeRefused(
            "draft.too_long", "入力された文字が多すぎます。", remedy="短くして保存します。"
        )
    application.values = {"typed": dict(typed)}
    application.saved_at = act.now


def submit_application(act: Act, application: DeskApplication, asked: Asked | AskedChange) -> None:
    """Hand the application in (送信): it gets its receipt number and goes to the company. (GUAR-20)"""
    lock_application(act, application)
    refuse_unless_open(application)
    if isinstance(asked, AskedChange):
        _refuse_unsound_change(act, application, asked)
    application.values = {**application.values, "asked": asked.to_json()}
    application.submit(_receipt_number(act, application), act.now)
    _use_recommendation(act, application)
    act.audit(
        Tag.DESK_APPLICATION_SUBMITTED,
        city="",
        subject=("desk_application", application.id),
        receipt_number=application.receipt_number,
    )


def withdraw_application(act: Act, application: DeskApplication) -> None:
    """Take an application back (取下げ), or throw a draft away, as long as nothing of it is issued."""
    lock_application(act, application)
    closed = application.status in (ApplicationStatus.SETTLED, ApplicationStatus.WITHDRAWN)
    if closed or application.guarantees:
        raise GuaranteeRefused(
            "application.settled",
            f"この申込みは「{application.status.label}」のため、取り下げられません。",
            remedy="発行された保証の解約は、保証会社へご連絡ください。",
        )
    application.withdraw(act.now)
    act.audit(Tag.DESK_APPLICATION_WITHDRAWN, city="", subject=("desk_application", application.id))


def lock_application(act: Act, application: DeskApplication) -> None:
    """Keep other writers out of an application until this act commits, and read it again."""
    act.session.flush()
    row = select(DeskApplication).where(DeskApplication.id == application.id).with_for_update()
    act.session.execute(row.execution_options(populate_existing=True))
    act.session.expire(application, ["guarantees"])


def refuse_unless_open(application: DeskApplication) -> None:
    """Refuse to write in what the company has, or what is finished."""
    if application.is_open_to_customer:
        return
    raise GuaranteeRefused(
        "application.closed",
        f"この申込みは「{application.status.label}」のため、書き直せません。",
        remedy="直すときは、取り下げてから新しく申し込むか、保証会社へご連絡ください。",
    )


def asked_of(application: DeskApplication) -> Asked:
    """What was handed in for new guarantees."""
    return Asked.from_json(application.values["asked"])


def asked_change_of(application: DeskApplication) -> AskedChange:
    """What was handed in as a change."""
    return AskedChange.from_json(application.values["asked"])


def _refuse_unsound_change(act: Act, application: DeskApplication, asked: AskedChange) -> None:
    guarantee = act.session.get_one(DeskGuarantee, application.guarantee_id)
    if not guarantee.is_in_force:
        raise GuaranteeRefused("guarantee.cancelled", "この保証契約は解約されています。")
    refuse_mixing(guarantee.form, asked.form)
    before = newest_contents(guarantee)
    if asked.applied_to(before) == before:
        raise GuaranteeRefused(
            "contents.same", "変更するところがありません。", remedy="変わる金額か日付を入力します。"
        )


def _receipt_number(act: Act, application: DeskApplication) -> str:
    """E10000001-001: the customer's number and how many of its applications came before; one writer at a time."""
    row = select(DeskCustomer).where(DeskCustomer.id == application.customer_id).with_for_update()
    customer = act.session.scalars(row).one()
    numbered = select(func.count()).where(
        DeskApplication.customer_id == customer.id, DeskApplication.receipt_number.is_not(None)
    )
    earlier = act.session.scalar(numbered) or 0
    return f"{customer.issuer[0].upper()}{customer.number}-{earlier + 1:03}"


def _use_recommendation(act: Act, application: DeskApplication) -> None:
    if application.recommendation_id is not None:
        act.session.get_one(DeskRecommendation, application.recommendation_id).used_at = act.now


def typed_of(application: DeskApplication) -> dict[str, Any]:
    """What was typed, as it was typed."""
    return dict(application.values.get("typed") or {})
