"""Check of an award (登録前の確認): what the city's rules say of it, before it is registered."""

from dataclasses import dataclass
from typing import Any

from portal.filters import yen
from portal.office.case_pages import rule_lines
from portal.workflows.decide_award import NewAward, facts_of
from portal.workflows.usage_forms import definitions_of
from procurement.deadlines import END_OF_DAY
from procurement.parties import CompanyRegistration
from procurement.rules import CityRules, Deadline
from procurement.wareki import JST, format_clock, format_seireki, format_wareki, jst_date

MIDNIGHT = "（時刻の入力なし）"


@dataclass(frozen=True)
class AwardCheck:
    """Everything that the check page says besides what was typed."""

    is_eligible: bool
    rules: list[dict[str, Any]]
    deadlines: tuple[Deadline, ...]
    form_title: str
    form_text: str
    channels: str
    facts: list[tuple[str, str]]
    warnings: list[str]

    @staticmethod
    def clock_of(deadline: Deadline) -> str:
        """The time of day of a deadline in words; nothing where the whole day is in time."""
        clock = deadline.due_at.astimezone(JST).time()
        return "" if clock == END_OF_DAY else f" {format_clock(clock)}"


def award_check(city: CityRules, new: NewAward, registered: CompanyRegistration | None) -> AwardCheck:
    """Ask the rules about an award that is not registered yet."""
    eligibility = city.eligibility(facts_of(new))
    rules = city.at(jst_date(new.awarded_at))
    application = rules.usage_application
    forms = [d for d in definitions_of(rules) if d.code == application.form]
    channels = (channel.label for channel in application.channels_for(new.category))
    return AwardCheck(
        is_eligible=eligibility.eligible,
        rules=rule_lines(eligibility.eligible, [reason.as_dict() for reason in eligibility.reasons]),
        deadlines=city.deadlines(new.category, new.awarded_at, new.method) if eligibility.eligible else (),
        form_title=forms[-1].title if forms else "電子契約の利用申請",
        form_text=application.text,
        channels="、".join(channels),
        facts=[*_facts(new, registered), *_guarantee_facts(new, rules)],
        warnings=_warnings(new, registered),
    )


def _facts(new: NewAward, registered: CompanyRegistration | None) -> list[tuple[str, str]]:
    company = registered.company.name if registered else new.company.name
    days = (new.starts_on, new.ends_on)
    period = " から ".join(format_wareki(day) for day in days if day) if any(days) else ""
    return [
        ("案件番号", new.number),
        ("件名", new.title),
        ("種別・契約の方法", f"{new.category.label}・{new.method.label}"),
        ("場所", new.place),
        ("担当課", new.section),
        ("公告日", format_wareki(new.noticed_on) if new.noticed_on else ""),
        ("落札決定", _awarded_words(new)),
        ("契約金額", f"{yen(new.contract_price)}（うち消費税等 {yen(new.consumption_tax)}）"),
        ("工期・履行期間", f"{period} まで" if new.ends_on else period),
        ("事業者", company),
        ("業者番号", new.company.registration_number),
        ("メールアドレス", registered.company.mail_address if registered else new.company.mail_address),
        ("備考", new.note),
    ]


def _guarantee_facts(new: NewAward, rules: CityRules) -> list[tuple[str, str]]:
    needed = [("契約の保証", "要" if new.requires_contract_guarantee else "不要")]
    if rules.guarantees.asks_permission:
        needed.append(("電子保証の利用", "認める" if new.allows_electronic_guarantee else "認めない"))
    return needed


def _awarded_words(new: NewAward) -> str:
    local = new.awarded_at.astimezone(JST)
    clock = f"{local:%H:%M}" if (local.hour, local.minute) != (0, 0) else MIDNIGHT
    return f"{format_seireki(local.date())} {clock}"


def _warnings(new: NewAward, registered: CompanyRegistration | None) -> list[str]:
    found = []
    if registered is None and new.company.registration_number:
        found.append(
            f"業者番号「{new.company.registration_number}」は登録簿にありません。新しい事業者として登録します。"
        )
    if registered and registered.company.name != new.company.name:
        found.append(
            f"業者番号の登録は「{registered.company.name}」です。入力された「{new.company.name}」ではなく、登録の内容を使います。"
        )
    if not (registered.company.mail_address if registered else new.company.mail_address):
        found.append("メールアドレスがないため、事業者へのお知らせは送られません。")
    if new.consumption_tax == 0:
        found.append("消費税の額が0円です。契約書には0円と印字されます。")
    return found
