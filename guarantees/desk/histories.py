"""The history that the customer sees (電子保証情報・履歴情報): the same as the orderer's. (GUAR-62 to GUAR-64)"""

from datetime import date, datetime

from guarantees.certificates import CertificateContents, CertificateEntry, Target
from guarantees.desk.orm import DeskCertificate, DeskGuarantee
from guarantees.histories import visible

LABELS = {
    "guaranteed_amount": "保証金額",
    "contract_price": "請負金額",
    "work_name": "工事名",
    "work_place": "工事場所",
    "work_starts_on": "工期の始期",
    "work_ends_on": "工期の終期",
    "guarantee_starts_on": "保証期間の始期",
    "guarantee_ends_on": "保証期限",
    "contracted_on": "請負契約日",
    "deposit_institution": "預託金融機関",
    "orderer": "被保証者",
    "contractor": "保証契約者",
    "joint_venture": "JV名",
    "branch": "取扱箇所",
}


def entries_of(guarantee: DeskGuarantee) -> tuple[CertificateEntry, ...]:
    """The visible history of what has arrived (on paper: was issued), numbered from 1."""
    return tuple(
        CertificateEntry(place, _at(shown.version), shown.target, shown.version.says)
        for place, shown in enumerate(visible(guarantee.arrived), start=1)
    )


def _at(paper: DeskCertificate) -> datetime:
    return paper.arrived_at or paper.issued_at


def newest_contents(guarantee: DeskGuarantee) -> CertificateContents:
    """What the certificate says by the desk's own books, arrived or not."""
    return visible(guarantee.papers)[-1].version.says


def newest_kind(guarantee: DeskGuarantee) -> Target:
    """What the newest visible entry is, by the desk's own books."""
    return visible(guarantee.papers)[-1].target


def differences(before: CertificateContents, after: CertificateContents) -> str:
    """What a change changes, in words: 保証金額：1,000円 → 2,000円。"""
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in LABELS]
    return "\n".join(
        f"{LABELS[name]}：{_words(old)} → {_words(new)}" for name, old, new in pairs if old != new
    )


def _words(value: str | int | date | None) -> str:
    if isinstance(value, int):
        return f"{value:,}円"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return value or "（記載なし）"
