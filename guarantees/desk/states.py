"""Words of the desk (申込窓口の区分): kinds and states of applications, certificates and papers."""

from guarantees.labelled import LabelledWord


class ApplicationKind(LabelledWord):
    """What is applied for (申込みの種類). (GUAR-51)"""

    NEW = "new", "前払金保証・契約保証 申込"
    ADVANCE_AFTER_CONTRACT = "advance_after_contract", "契約保証済の前払金保証 申込"
    INTERIM = "interim", "中間前払金保証 申込"
    CHANGE = "change", "保証契約締結後の変更"
    RESERVATION = "reservation", "契約保証予約（入札ボンド）申込"


class ApplicationStatus(LabelledWord):
    """Where an application stands (手続状況), derived from its facts."""

    SAVED = "saved", "保存中"
    WAITING = "waiting", "手続き中"
    SENT_BACK = "sent_back", "差戻し"
    SETTLED = "settled", "手続完了"
    WITHDRAWN = "withdrawn", "取下げ"


class PaperKind(LabelledWord):
    """What a customer sends to the company (資料の種類). (GUAR-51)"""

    STATEMENT_OF_USE = "statement_of_use", "用途内訳明細書"
    PAYOUT_REQUEST = "payout_request", "払出依頼書"
    MATERIAL = "material", "資料"
