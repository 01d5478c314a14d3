"""History of a case (経過): the audit log and the events of its envelopes, merged, oldest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from guarantees.lodged import LodgedGuarantee
from portal.audit import AuditEntry, Tag
from portal.filters import instant
from portal.workflows.act import Act
from portal.workflows.advance_payments import payments_of
from procurement.cases import ProcurementCase
from signing import CirculationStep
from signing.orm import EnvelopeEvent

ACT_WORDS: Mapping[Tag, str] = {
    Tag.AWARD_DECIDED: "落札を登録しました",
    Tag.FILING_SUBMITTED: "{paper}（第{version}版）を提出しました",
    Tag.FILING_REGISTERED: "届いた{paper}（第{version}版）を登録しました",
    Tag.FILING_WITHDRAWN: "{paper}（第{version}版）を取り下げました",
    Tag.FILING_SENT_BACK: "{paper}（第{version}版）を差し戻しました",
    Tag.FILING_ACCEPTED: "{paper}（第{version}版）を受理しました",
    Tag.FILING_REJECTED: "{paper}（第{version}版）を却下しました",
    Tag.FILING_ASSIGNED: "{paper}の担当を{officer}にしました",
    Tag.FILING_RELEASED: "{paper}の担当（{former}）を外しました",
    Tag.CASE_ARCHIVE_TAKEN: "書類一式（{files}件）をダウンロードしました",
    Tag.FILING_ADDRESS_CONFIRMED: "メールアドレスが確認されました",
    Tag.FILING_ADDRESS_MAILED: "メールアドレスの確認のメールを送り直しました",
    Tag.FILING_ADDRESS_WAIVED: "メールアドレスの確認を待たずに進めることにしました",
    Tag.CONTRACT_DRAFTED: "契約書類「{name}」を用意しました",
    Tag.CONTRACT_DOCUMENT_REMOVED: "契約書類「{name}」を外しました",
    Tag.CONTRACT_SENT: "署名依頼を送信しました（封筒番号 {envelope}）",
    Tag.CONTRACT_RESENT: "署名用のリンクを発行し直しました",
    Tag.CONTRACT_CONSENTED: "同意しました（「{pressed}」）",
    Tag.CONTRACT_SIGNING_OPENED: "ログインした画面から署名画面を開きました",
    Tag.CONTRACT_HANDED_OUT: "外部の署名装置で署名するデータを受け取りました",
    Tag.CONTRACT_SIGNATURE_RETURNED: "署名を完成できなかったため、署名者にもう一度依頼しました",
    Tag.CONTRACT_DECLINED: "同意せず却下しました",
    Tag.CONTRACT_FORWARDED: "署名依頼を転送しました",
    Tag.CONTRACT_PROBLEM: "内容の問題を知らせました",
    Tag.CONTRACT_RESUMED: "手続きを再開しました",
    Tag.CONTRACT_CANCELLED: "署名依頼を取り消しました",
    Tag.CONTRACT_LATE_ALLOWED: "期限後の締結を認めました",
    Tag.CONTRACT_CONCLUDED: "契約を締結しました（契約番号 {number}）",
    Tag.CONTRACT_CERTIFIED: "合意締結証明書を作成しました",
    Tag.CONTRACT_UNVERIFIED: "完成した文書の検証で問題が見つかりました",
    Tag.CONTRACT_AMENDED: "変更契約を作成しました（原契約 {original}）",
    Tag.CONTRACT_TO_PAPER: "紙の契約に切り替えました",
    Tag.CONTRACT_GUARANTEE_OPEN: "契約保証を確認できないまま、紙の契約の締結を記録しました",
    Tag.CONTRACT_CONCLUDED_ON_PAPER: "紙の契約書による締結を記録しました（契約締結日 {on}）",
    Tag.CONTRACT_SIGNATURE_BLOCKED: "契約保証が確認できないため、市の署名を止めました",
    Tag.GUARANTEE_ALLOWED: "電子保証の利用の可否を変えました",
    Tag.GUARANTEE_LODGED: "保証を受け付けました（番号 {number}）",
    Tag.GUARANTEE_REFUSED: "保証の提出を断りました",
    Tag.GUARANTEE_LOOKED: "保証を照会しました（{registry}）",
    Tag.GUARANTEE_KEY_SHOWN: "認証キーを表示しました",
    Tag.GUARANTEE_LINE_DECIDED: "保証の要確認の項目を判断しました",
    Tag.GUARANTEE_ORIGINAL_RECEIVED: "保証の原本を受領しました（{received_on}）",
    Tag.GUARANTEE_ACCEPTED: "保証を受理しました",
    Tag.GUARANTEE_RETURNED: "保証を差し戻しました",
    Tag.GUARANTEE_WITHDRAWN: "受理していない保証が、書類とともに取り下げられました",
    Tag.GUARANTEE_REPLACED: "保証が差し替えられました",
    Tag.GUARANTEE_ALARMED: "受理した保証の内容が変わりました",
    Tag.GUARANTEE_RELEASED: "保証の返還・解除を記録しました",
    Tag.PAYMENT_REQUESTED: "前払金（{amount:,}円）の申請を受けました",
    Tag.PAYMENT_RECOGNISED: "中間前払金の要件を認定しました",
    Tag.PAYMENT_CLAIMED: "前払金（{amount:,}円）の請求を受けました",
    Tag.PAYMENT_APPROVED: "前払金の支払を承認しました",
    Tag.PAYMENT_PAID: "前払金を支払いました（支払日 {on}）",
    Tag.PAYMENT_RETURNED: "前払金の申請を差し戻しました",
    Tag.DOCUMENT_PRESERVED: "「{name}」の保存用タイムスタンプを更新しました",
    Tag.DOCUMENT_NOT_PRESERVED: "「{name}」の保存用タイムスタンプを更新できませんでした",
    Tag.CONTRACT_DATE_REFUSED: "契約締結日の指定（{claimed}）を断りました",
}
EVENT_WORDS: Mapping[str, str] = {
    "asked": "署名依頼のメールを送りました",
    "opened": "書類を開きました",
    "signed_by_party": "自分の電子証明書で署名しました",
    "sealed": "電子署名とタイムスタンプが付きました",
    "finished": "文書全体に長期保存のタイムスタンプが付きました",
}
"""Events that no act of the audit log tells of already."""
SIDE_WORDS = {
    "office": "市",
    "contractor": "事業者",
    "signer": "署名者",
    "job": "自動処理",
    "operator": "運用",
}
NOTE_KEYS = ("reason", "problem", "alarm", "stands")
NO_NUMBER = "（番号 ）"


@dataclass(frozen=True)
class HistoryLine:
    """One line, in the shape of the timeline component."""

    moment: datetime
    who: str
    text: str
    note: str = ""

    @property
    def at(self) -> str:
        return instant(self.moment)

    @property
    def instant(self) -> str:
        return self.moment.isoformat()


def history_of(act: Act, case: ProcurementCase) -> list[HistoryLine]:
    """What was done to a case, its filings, contracts and envelopes; who read a document stays in the log."""
    subjects = [case.id, *(f.id for f in case.filings), *(c.id for c in case.contracts)]
    subjects += [payment.id for payment in payments_of(act.session, case.id)]
    subjects += act.session.scalars(select(LodgedGuarantee.id).where(LodgedGuarantee.case_id == case.id))
    entries = select(AuditEntry).where(
        AuditEntry.city == case.city, AuditEntry.subject_id.in_(subjects), AuditEntry.tag != Tag.DOCUMENT_READ
    )
    papers = {filing.id: f"「{filing.title}」" for filing in case.filings}
    lines = [
        _of_act(entry, papers.get(entry.subject_id or "", "申請")) for entry in act.session.scalars(entries)
    ]
    envelopes = [c.envelope_id for c in case.contracts if c.envelope_id]
    events = select(EnvelopeEvent, CirculationStep).outerjoin(
        CirculationStep, CirculationStep.id == EnvelopeEvent.step_id
    )
    events = events.where(
        EnvelopeEvent.owner == case.city,
        EnvelopeEvent.envelope_id.in_(envelopes),
        EnvelopeEvent.name.in_(EVENT_WORDS),
    )
    lines += [_of_event(event, step) for event, step in act.session.execute(events)]
    return sorted(lines, key=lambda line: line.moment)


def _of_act(entry: AuditEntry, paper: str) -> HistoryLine:
    words = ACT_WORDS.get(Tag(entry.tag), entry.tag).format(paper=paper, **_details(entry.details))
    words = words.replace(NO_NUMBER, "")  # a bank's guarantee, cash and bonds have none
    side = SIDE_WORDS.get(entry.actor_kind, "")
    note = next((str(entry.details[key]) for key in NOTE_KEYS if entry.details.get(key)), "")
    who = "　".join(dict.fromkeys(part for part in (side, entry.actor_name) if part))
    return HistoryLine(entry.at, who, words, note)


def _of_event(event: EnvelopeEvent, step: CirculationStep | None) -> HistoryLine:
    who = f"{step.organisation}　{step.name}" if step else "自動処理"
    return HistoryLine(event.at, who, EVENT_WORDS[event.name])


def _details(details: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in details.items() if isinstance(value, str | int)}
