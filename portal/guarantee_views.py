"""Guarantees as pages show them (保証の表示), for both doors: status, comparison lines, looks, and the chart's facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guarantees.certificates import Certificate
from guarantees.checks import Result
from guarantees.issuers import issuers
from guarantees.lodged import (
    FOUND,
    LOCKED,
    NOT_FOUND,
    UNAVAILABLE,
    GuaranteeLook,
    LineDecision,
    LodgedGuarantee,
    LodgedStatus,
    Means,
)
from portal.filters import instant, seireki_date, wareki_date, yen
from portal.guarantee_charts import Cover, GuaranteeChart, Lane
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import (
    amount_of,
    certificate_in,
    covers_whole,
    period_of,
    price_of,
    time_of,
)
from portal.workflows.guarantee_standings import Concern, ObligationStanding
from procurement.cases import ProcurementCase
from procurement.wareki import jst_date

STATUS_KINDS: Mapping[LodgedStatus, str] = {
    LodgedStatus.AWAITING_ORIGINAL: "waiting",
    LodgedStatus.NOT_CHECKED: "waiting",
    LodgedStatus.TO_DECIDE: "started",
    LodgedStatus.MISMATCH: "stopped",
    LodgedStatus.MATCHED: "sent",
    LodgedStatus.ACCEPTED: "accepted",
    LodgedStatus.ALARMED: "late",
    LodgedStatus.RETURNED: "returned",
    LodgedStatus.WITHDRAWN: "neutral",
    LodgedStatus.REPLACED: "neutral",
    LodgedStatus.RELEASED: "done",
}
"""Kind of tag for a status; the word is the status's own."""
CONCERN_KINDS: Mapping[Concern, str] = {
    Concern.ALARMED: "late",
    Concern.MISMATCH: "stopped",
    Concern.TO_DECIDE: "started",
    Concern.MATCHED: "sent",
    Concern.NOT_CHECKED: "waiting",
    Concern.ORIGINAL_AWAITED: "waiting",
    Concern.MISSING: "todo",
    Concern.CHANGE_NEEDED: "returned",
    Concern.LOOK_AGAIN: "todo",
    Concern.EXPIRING: "late",
}
RESULT_KINDS: Mapping[str, str] = {
    Result.MATCH.value: "accepted",
    Result.LOOK.value: "started",
    Result.MISMATCH.value: "stopped",
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    FOUND: ("証書を確認しました", "accepted"),
    NOT_FOUND: ("該当する証書がありません", "stopped"),
    LOCKED: ("照会が一時停止中です", "waiting"),
    UNAVAILABLE: ("回答がありません（まだ確認できていません）", "waiting"),
}


NOTICE_LABELS = {
    "product": "お知らせの区分",
    "work_name": "お知らせの工事名",
    "contractor": "お知らせの受注者",
    "orderer": "お知らせの発注者",
}


@dataclass(frozen=True)
class LineView:
    """One line of a comparison with the decision about it; `asks` while an officer still has to decide."""

    code: str
    label: str
    word: str
    kind: str
    told: str
    found: str
    needed: str
    words: str
    source: str
    asks: bool
    is_match: bool
    """Whether the comparison itself found nothing to look at."""
    decision: LineDecision | None


@dataclass(frozen=True)
class LookView:
    """One look: when, by whom, where, and in words what came of it."""

    look: GuaranteeLook
    word: str
    kind: str


def line_views(lodged: LodgedGuarantee, look: GuaranteeLook | None) -> list[LineView]:
    """The comparison of a look, line by line, with what officers decided about it."""
    return [_line_view(lodged, line) for line in (look.lines or [] if look else [])]


def _line_view(lodged: LodgedGuarantee, line: Mapping[str, Any]) -> LineView:
    decision = lodged.decision_on(line) if line["result"] == Result.LOOK.value else None
    result = lodged.result_of_line(line)
    word = Result(line["result"]).label
    if decision is not None:
        word = "判断済み（問題なし）" if decision.is_fine else "判断済み（問題あり）"
    said = {key: line[key] for key in ("code", "label", "told", "found", "needed", "words", "source")}
    return LineView(
        word=word,
        kind=RESULT_KINDS[result.value],
        asks=result is Result.LOOK and decision is None,
        is_match=line["result"] == Result.MATCH.value,
        decision=decision,
        **said,
    )


def look_views(lodged: LodgedGuarantee) -> list[LookView]:
    """Every look, the newest first."""
    return [LookView(look, *OUTCOMES[look.outcome]) for look in reversed(lodged.looks)]


def certificate_of(look: GuaranteeLook | None) -> Certificate | None:
    """The certificate that a look found."""
    return certificate_in(look.certificate) if look and look.certificate else None


def issuer_of(lodged: LodgedGuarantee, certificate: Certificate | None = None) -> str:
    """Who guarantees: by the certificate's code (the last one seen), else as was told, else by what means it is."""
    certificate = certificate or certificate_of(lodged.last_answer)
    if certificate is not None:
        return issuer_name(certificate)
    return lodged.issuer_name or (lodged.notice_says or {}).get("issuer") or lodged.means.label


def issuer_name(certificate: Certificate) -> str:
    """The surety company of a certificate; its code where nobody knows it."""
    names = {issuer.code: issuer.name for issuer in issuers()}
    return names.get(certificate.issuer, certificate.issuer)


def certificate_facts(certificate: Certificate) -> list[tuple[str, str]]:
    """What a certificate says now, in the order of the paper. (GUAR-60, GUAR-61)"""
    said = certificate.latest
    works = _between(said.work_starts_on, said.work_ends_on)
    rows = [
        ("保証契約番号", certificate.guarantee_contract_number),
        ("商品（保証区分）", said.product.label),
        ("保証契約者（受注者）", said.contractor),
        *([("共同企業体", said.joint_venture)] if said.joint_venture else []),
        ("被保証者（発注者）", said.orderer),
        ("保証金額", yen(said.guaranteed_amount)),
        ("保証期間", _between(said.guarantee_starts_on, said.guarantee_ends_on)),
        ("工事名", said.work_name),
        *([("工事場所", said.work_place)] if said.work_place else []),
        ("請負金額（総額）", yen(said.contract_price)),
        ("工期", works),
        ("請負契約日", wareki_date(said.contracted_on) if said.contracted_on else None),
        *([("預託金融機関", said.deposit_institution)] if said.deposit_institution else []),
        ("保証機関", issuer_name(certificate)),
    ]
    return [(label, value or "記載なし") for label, value in rows]


def told_facts(lodged: LodgedGuarantee) -> list[tuple[str, str]]:
    """What the city was told, and what its officers recorded since; keys are no part of it."""
    said = lodged.notice_says or {}
    rows = [
        ("保証の方法", lodged.means.label),
        ("提出", f"{instant(lodged.lodged_at)}　{lodged.channel.label}　{lodged.lodged_by}"),
        ("回付先", lodged.forwarded_to),
        ("発行者", lodged.issuer_name or said.get("issuer")),
        ("保証契約番号・証券番号", lodged.guarantee_contract_number),
        *((label, said.get(key)) for key, label in NOTICE_LABELS.items()),
        ("金額", yen(lodged.amount) if lodged.amount is not None else ""),
        ("保証期間", _between(lodged.starts_on, lodged.ends_on)),
        ("根拠・備考", lodged.ground),
        (
            "原本の受領",
            _with(lodged.original_received_on, lodged.original_channel, lodged.original_recorded_by),
        ),
        ("受理", _with(lodged.accepted_at, None, lodged.accepted_by, lodged.accepted_because)),
    ]
    return [(label, value) for label, value in rows if value]


def _with(at: Any, channel: Any, *words: str | None) -> str:
    """When something was recorded, by which way, by whom; nothing where it was not."""
    if at is None:
        return ""
    when = instant(at) if isinstance(at, datetime) else seireki_date(at)
    parts = [when, channel.label if channel else "", *words]
    return "　".join(part for part in parts if part)


def chart_of(
    act: Act, case: ProcurementCase, standings: Iterable[ObligationStanding]
) -> GuaranteeChart | None:
    """The chart of a case; None while the contract's period is not known or nothing has to be secured."""
    starts_on, ends_on = period_of(case)
    lanes = tuple(_lane(each) for each in standings if each.amount)
    if starts_on is None or ends_on is None or not lanes:
        return None
    return GuaranteeChart(price_of(case), starts_on, max(starts_on, ends_on), jst_date(act.now), lanes)


def _lane(standing: ObligationStanding) -> Lane:
    covers = tuple(_cover(lodged, standing.amount) for lodged in standing.live)
    return Lane(standing.obligation.label, standing.amount, covers)


def _cover(lodged: LodgedGuarantee, needed: int) -> Cover:
    amount = needed if covers_whole(lodged) else amount_of(lodged) or 0
    starts_on, ends_on = (None, None) if lodged.means is Means.EXEMPTION else time_of(lodged)
    return Cover(issuer_of(lodged), amount, lodged.status.label, lodged.is_in_force, starts_on, ends_on)


def _between(first: Any, last: Any) -> str | None:
    if first is None and last is None:
        return None
    before = f"{wareki_date(first)}から" if first else ""
    after = f"{wareki_date(last)}まで" if last else ""
    return f"{before}{after}"
