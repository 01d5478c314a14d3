"""Standing of a case (いまの状況) for its contractor: one word, what it means, and the one next step."""

from dataclasses import dataclass
from datetime import datetime

from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractStage
from procurement.filings import Filing, FilingStatus
from procurement.rules import CityRules


@dataclass(frozen=True)
class Standing:
    """Status word with its kind of tag, headline, sentences, and the button (`action`) where there is one.

    `target` says where the button leads: "form", "contract" or nothing.
    """

    word: str
    kind: str
    title: str
    text: str
    action: str = ""
    target: str = ""

    @property
    def is_mine(self) -> bool:
        """Whether the contractor has to act."""
        return bool(self.action) and self.kind != "done"


def standing_of(case: ProcurementCase, filing: Filing | None, rules: CityRules, now: datetime) -> Standing:
    """Where the case stands for its contractor; the newest contract counts, then the application."""
    contract = case.contracts[-1]
    status = filing.status if filing and filing.versions else None
    if contract.stage is ContractStage.PAPER:
        return _on_paper(case, contract)
    if status is FilingStatus.SENT_BACK and not contract.is_concluded:
        return _sent_back()
    if contract.stage is ContractStage.APPLICATION:
        return _applying(case, status, rules, now)
    return _contracting(contract, rules)


def _on_paper(case: ProcurementCase, contract: Contract) -> Standing:
    if contract.is_concluded:
        return Standing("契約締結", "done", "紙の契約書で締結済みです", "お手元の契約書を保管します。")
    if case.award is not None and not case.award.is_eligible:
        text = "紙の契約書で契約します。契約書の用意ができたら、市の担当課から連絡します。"
        return Standing("対象外", "stopped", "この案件は電子契約の対象外です", text)
    text = "契約書の用意ができたら、市の担当課から連絡します。このページで行う手続きはありません。"
    return Standing("紙の契約", "neutral", "この案件は紙の契約書で契約します", text)


def _sent_back() -> Standing:
    text = "市からの連絡を読み、印の付いたところを直してもう一度提出します。前に書いた内容は残っています。"
    return Standing("差戻し", "returned", "申請が差し戻されました", text, "内容を直して提出し直す", "form")


def _applying(
    case: ProcurementCase, status: FilingStatus | None, rules: CityRules, now: datetime
) -> Standing:
    if status is FilingStatus.SUBMITTED:
        text = "結果はメールとこのページでお知らせします。いま行う手続きはありません。"
        return Standing("確認待ち", "waiting", "市が申請の内容を確認しています", text)
    if status is FilingStatus.REJECTED:
        text = "市からの連絡をご覧ください。この案件の進め方は、市の担当課から連絡します。"
        return Standing("却下", "stopped", "申請は却下されました", text)
    if status is FilingStatus.VOID:
        return Standing("無効", "stopped", "申請は無効になっています", "市の担当課へお問い合わせください。")
    is_late = any(d.kind == "usage_application" and d.is_missed(now) for d in case.deadlines)
    begun = status is FilingStatus.DRAFT
    word, kind = ("期限超過", "late") if is_late else ("入力中", "started") if begun else ("未提出", "todo")
    title = "電子契約を希望するときは、利用申請を提出します"
    late = f"{rules.late_handling.text}それまでは紙契約に切替予定です。いまからでも提出できます。"
    text = late if is_late else "スマートフォンでも5分ほどで終わります。途中で保存できます。"
    return Standing(word, kind, title, text, "申請の記入を続ける" if begun else "申請の記入を始める", "form")


def _contracting(contract: Contract, rules: CityRules) -> Standing:
    paper = "変更契約書" if contract.is_amendment else "契約書"
    waiting = "いま行う手続きはありません。"
    match contract.stage:
        case ContractStage.DRAFTING:
            text = f"できあがると、契約を締結する方へ署名依頼のメールが届きます。{waiting}"
            return Standing("契約書作成中", "waiting", f"市が{paper}を作成しています", text)
        case ContractStage.CONTRACTOR_SIGNING:
            text = "届いたメールのリンクから内容を確認して署名します。このページから署名はできません。"
            return Standing(
                "署名待ち", "sent", "署名依頼のメールを送りました", text, "送り先と状況を見る", "contract"
            )
        case ContractStage.CITY_SIGNING:
            return Standing(
                "市の署名待ち",
                "waiting",
                f"{rules.name}が署名します",
                "事業者側の署名は終わりました。締結すると、メールとこのページでお知らせします。",
            )
        case ContractStage.COMPLETING:
            text = f"双方の同意がそろいました。署名を付けて検証しています。{waiting}"
            return Standing("処理中", "waiting", "契約書を完成させています", text)
        case ContractStage.SUSPENDED:
            text = f"お知らせいただいた問題を市が確認しています。署名依頼は止まっています。{waiting}"
            return Standing("確認中", "waiting", "市が内容を確認しています", text)
        case ContractStage.DECLINED:
            text = f"市が内容を見直し、あらためて連絡します。{waiting}"
            return Standing("却下", "stopped", "同意しないとの回答を受け付けました", text)
        case _:
            text = f"完成した{paper}をダウンロードし、社内で保管します。"
            return Standing(
                "契約締結", "done", "契約が成立しました", text, f"{paper}をダウンロードする", "contract"
            )
