"""The words that city files (市ごとの規則) and code share: kinds of cases, methods, routes, deadlines."""

from procurement.words import Worded


class ProcurementCategory(Worded):
    """Kind of a case (案件の種別)."""

    CONSTRUCTION_WORKS = "construction_works", "建設工事", "工事"
    CONSTRUCTION_RELATED_SERVICES = "construction_related_services", "建設工事関連業務", "建設関連業務"
    SURVEY_AND_CONSULTING = (
        "survey_and_consulting",
        "測量・建設コンサルタント等業務",
        "測量・建設コンサルタント等",
        "測量・建設コンサルタント業務",
        "測量等",
    )
    CONSTRUCTION_MAINTENANCE = "construction_maintenance", "建設維持関連業務"
    GOODS = "goods", "物品購入", "物品の購入", "物品", "物品購入等", "物品の買入れ"
    PRINTING = "printing", "外注印刷", "印刷"
    SMALL_WORKS = "small_works", "小額工事", "少額工事"
    SERVICES = "services", "業務委託等", "業務委託", "委託", "役務", "役務の提供"


class ProcurementMethod(Worded):
    """Way of choosing the contractor (契約の方法)."""

    OPEN = "open", "一般競争入札", "一般競争", "一般"
    OPEN_WITH_CONDITIONS = (
        "open_with_conditions",
        "制限付一般競争入札",
        "制限付き一般競争入札",
        "条件付一般競争入札",
        "条件付き一般競争入札",
    )
    DESIGNATED = "designated", "指名競争入札", "指名競争", "指名"
    NEGOTIATED = "negotiated", "随意契約", "随契"


class Route(Worded):
    """Route of a contract (契約の方式): electronic or paper."""

    ELECTRONIC = "electronic", "電子契約"
    PAPER = "paper", "紙契約"


class DeadlineKind(Worded):
    """Kind of a deadline (期限の種類)."""

    USAGE_APPLICATION = "usage_application", "利用申請書の提出期限", "利用申請"
    CONTRACT_CONCLUSION = "contract_conclusion", "契約締結期限", "契約締結"


class Trigger(Worded):
    """The date that decides from when a rule applies (適用の基準日). (CITY-07)"""

    CONTRACT_DATE = "contract_date", "契約日", "契約締結日", "契約締結の日"
    PUBLIC_NOTICE_DATE = (
        "public_notice_date",
        "公告日（現場説明などの日）",
        "公告日",
        "公告の日",
        "入札公告日",
    )
    AWARD_DATE = "award_date", "落札決定日", "落札決定の日", "落札日", "落札の日"


class BaseEvent(Worded):
    """What a deadline is counted from (期限の起点)."""

    AWARD = "award", "落札決定の日", "落札決定日", "落札日", "落札の日", "落札決定の通知の日"
    CONCLUSION_DEADLINE = "conclusion_deadline", "契約締結期限", "契約締結の期限"


class Unit(Worded):
    """Unit in which a deadline is counted (期間の単位)."""

    DAY = "day", "日", "暦日", "days"
    BUSINESS_DAY = "business_day", "開庁日", "営業日", "business_days"


class Roll(Worded):
    """What happens when the last day is a closed one (末日が閉庁日のとき)."""

    NONE = "none", "動かさない"
    NEXT = "next", "翌開庁日に延ばす", "翌開庁日へ延ばす", "翌開庁日", "翌営業日"
    PREVIOUS = "previous", "直前の開庁日に早める", "直前の開庁日へ早める", "直前の開庁日", "前開庁日"


class Channel(Worded):
    """Way by which a paper reaches the city (提出方法)."""

    WEB = "web", "この受付システム", "受付システム", "オンライン"
    MAIL = "mail", "電子メール", "メール", "email"
    COUNTER = "counter", "窓口", "持参"
    POST = "post", "郵送"


class AddressConfirmation(Worded):
    """Whether sending waits until the signatory's address is confirmed (メールアドレスの確認). (FORM-C06)"""

    REQUIRED = "required", "確認されるまで署名を依頼しない", "必須"
    SHOWN = "shown", "確認の有無を示す", "表示"


class Side(Worded):
    """Side of a contract (契約の当事者)."""

    CONTRACTOR = "contractor", "受注者", "事業者"
    CITY = "city", "発注者", "市"


class SigningStyle(Worded):
    """Words and steps of the signing page (署名画面の形)."""

    CONSENT = "consent", "同意する"
    COMPLETE = "complete", "完了する"


class SigningType(Worded):
    """Whose key signs (署名方式): the service's on the party's instruction, or each party's own. (LAW-01, PTY-01)"""

    WITNESS = "witness", "立会人型", "事業者署名型"
    PARTY = "party", "当事者型"


class GuaranteeKind(Worded):
    """Kind of a guarantee (保証の種類)."""

    CONTRACT = "contract", "契約保証"
    ADVANCE_PAYMENT = "advance_payment", "前払金保証"
    INTERIM_ADVANCE_PAYMENT = "interim_advance_payment", "中間前払金保証"


class Weekday(Worded):
    """Day of the week (曜日), in the order of `date.weekday()`."""

    MON = "mon", "月", "月曜", "月曜日", "monday"
    TUE = "tue", "火", "火曜", "火曜日", "tuesday"
    WED = "wed", "水", "水曜", "水曜日", "wednesday"
    THU = "thu", "木", "木曜", "木曜日", "thursday"
    FRI = "fri", "金", "金曜", "金曜日", "friday"
    SAT = "sat", "土", "土曜", "土曜日", "saturday"
    SUN = "sun", "日", "日曜", "日曜日", "sunday"
