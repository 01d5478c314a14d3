"""Rows of the rules page (規則の一覧): every value of a city's rules in words, with its mark."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.filters import file_size
from procurement.business_days import CityCalendar
from procurement.cities.marks import Mark
from procurement.cities.reminders import Offset
from procurement.cities.scope import (
    ALL_CATEGORIES,
    ALL_METHODS,
    ExclusionRule,
    ScopeRule,
    SectionRule,
    labels,
)
from procurement.deadlines import DeadlineRule
from procurement.guarantee_limits import orderer_code, orderer_names
from procurement.rules import CityRules, ProcurementCategory
from procurement.wareki import WEEKDAYS, format_clock, format_wareki


@dataclass(frozen=True)
class RuleRow:
    """One value: what it is about, what it says, where it stands, whether it was assumed or is unset."""

    label: str
    value: str
    source: str
    is_assumed: bool
    is_unset: bool
    note: str = ""


@dataclass(frozen=True)
class RuleGroup:
    """Values that belong together, as the city file groups them."""

    title: str
    rows: tuple[RuleRow, ...]


def rule_groups(rules: CityRules) -> list[RuleGroup]:
    """Every value of the rules, in the order of the catalogue's table 1.1; amounts stand in `limit_rows`."""
    groups = [
        RuleGroup("市とサービス", tuple(_city(rules))),
        RuleGroup("適用時期・適用案件", tuple(_scopes(rules))),
        RuleGroup("担当課", tuple(row for section in rules.sections for row in _section(section))),
        RuleGroup("期限", tuple(_deadlines(rules))),
        RuleGroup("契約日・変更契約", tuple(_dates(rules))),
        RuleGroup("利用申請", tuple(_application(rules))),
        RuleGroup("署名", tuple(_signing(rules))),
        RuleGroup("完了のお知らせ", tuple(_completion(rules))),
        RuleGroup("メールの名前", tuple(_mails(rules))),
        RuleGroup("保証", tuple(_guarantees(rules))),
        RuleGroup("問い合わせ先", tuple(_help(rules))),
    ]
    return [group for group in groups if group.rows]


def row_of(mark: Mark, key: str, label: str, value: object, note: str = "") -> RuleRow:
    """One value of a rule's table; `key` is its key in the city file."""
    return RuleRow(
        label=label,
        value=_words(value),
        source=mark.source_of(key),
        is_assumed=mark.is_assumed(key),
        is_unset=key in mark.unset,
        note=note,
    )


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return "" if value is None else str(value)


def _city(rules: CityRules) -> Iterable[RuleRow]:
    mark = rules.mark
    yield row_of(mark, "name", "市の名称", rules.name)
    yield row_of(mark, "mayor", "契約者（発注者）", rules.mayor)
    yield row_of(mark, "service", "署名サービス", rules.service)
    part = rules.participation
    yield row_of(part.mark, "optional", "電子契約は事業者の選択", part.optional)
    yield row_of(part.mark, "text", "案内", part.text)
    yield row_of(part.mark, "stages", "手続きの段階", " → ".join(part.stages))
    yield row_of(rules.calendar_mark, "closed_weekdays", "閉庁日", _closed_days(rules.calendar))


def _closed_days(calendar: CityCalendar) -> str:
    names = [f"{WEEKDAYS[day]}曜日" for day in sorted(calendar.closed_weekdays)]
    names += ["国民の祝日"] if calendar.national_holidays else []
    names += [period.name for period in calendar.closing_periods]
    return "、".join([*names, *(name for _, name in calendar.closing_days)])


def _scopes(rules: CityRules) -> Iterable[RuleRow]:
    for scope in rules.scopes:
        yield from _scope(scope)
    for exclusion in rules.exclusions:
        yield _exclusion(exclusion)


def _scope(scope: ScopeRule) -> Iterable[RuleRow]:
    title = scope.title or "対象"
    kinds = "すべて" if scope.categories == ALL_CATEGORIES else labels(scope.categories)
    yield row_of(scope.mark, "categories", f"{title}：種別", kinds, scope.mark.note)
    if scope.methods != ALL_METHODS:
        yield row_of(scope.mark, "methods", f"{title}：契約の方法", labels(scope.methods))
    since = f"{scope.trigger.label}が{format_wareki(scope.starts_on)}以降" if scope.starts_on else ""
    trial = "（試行）" if scope.trial else ""
    yield row_of(scope.mark, "starts_on", f"{title}：適用時期", f"{since}{trial}" if since else "")
    if scope.trial_case_from:
        yield row_of(
            scope.mark, "trial_case_from", f"{title}：試行案件の始まり", format_wareki(scope.trial_case_from)
        )


def _exclusion(rule: ExclusionRule) -> RuleRow:
    kinds = "" if rule.categories == ALL_CATEGORIES else f"（{labels(rule.categories)}）"
    return row_of(rule.mark, "text", "対象外", f"{rule.text}{kinds}", rule.mark.note)


def _section(section: SectionRule) -> Iterable[RuleRow]:
    yield row_of(section.mark, "role", section.name, section.role)
    yield row_of(section.mark, "mail", f"{section.name}：メールアドレス", section.mail)


def _deadlines(rules: CityRules) -> Iterable[RuleRow]:
    if not rules.deadline_rules:
        yield RuleRow("期限", "", "", is_assumed=False, is_unset=True, note="この市は期限を定めていません。")
    for rule in rules.deadline_rules:
        yield from _deadline(rule)
        reminder = rules.reminder_rule(rule.kind)
        moments = "、".join(_moment(offset) for offset in (*reminder.before, *reminder.overdue))
        yield row_of(reminder.mark, "before", f"{rule.kind.label}：お知らせの時期", moments)
    late = rules.late_handling
    yield row_of(
        late.mark, "accept_late_with_reason", "期限後：理由を付けて受け付ける", late.accept_late_with_reason
    )
    yield row_of(
        late.mark,
        "move_to_paper_with_reason",
        "期限後：理由を付けて紙に切り替える",
        late.move_to_paper_with_reason,
    )
    yield row_of(late.mark, "hold_completion", "期限後：市が決めるまで署名を止める", late.hold_completion)


def _moment(offset: Offset) -> str:
    """3日前の9時, 当日の9時, 翌日の9時, 3時間前."""
    if offset.clock is None:
        minutes = int(offset.before.total_seconds()) // 60
        return f"{minutes // 60}時間前" if minutes % 60 == 0 else f"{minutes}分前"
    base = "落札決定" if offset.from_award else "期限"
    words = {0: f"{base}の日", 1: f"{base}の翌日"}
    away = f"{base}の{abs(offset.days)}日{'後' if offset.days > 0 else '前'}"
    return f"{words.get(offset.days, away)}の{format_clock(offset.clock)}"


def _deadline(rule: DeadlineRule) -> Iterable[RuleRow]:
    label = rule.kind.label
    clock = f" {format_clock(rule.cut_off)}まで" if rule.cut_off else ""
    counted = f"{rule.base.label}{rule.words()}{clock}"
    kinds = "" if rule.categories == frozenset(ProcurementCategory) else f"（{labels(rule.categories)}）"
    yield row_of(rule.mark, "n", f"{label}：数え方", f"{counted}{kinds}", rule.mark.note)
    yield row_of(rule.mark, "unit", f"{label}：数える単位", rule.unit.label)
    yield row_of(rule.mark, "roll", f"{label}：末日が閉庁日のとき", rule.roll.label)
    if rule.legal_basis:
        yield row_of(rule.mark, "legal_basis", f"{label}：根拠", rule.legal_basis)


def _dates(rules: CityRules) -> Iterable[RuleRow]:
    yield row_of(rules.backdating.mark, "text", "契約締結日", rules.backdating.contract_date_text)
    yield row_of(rules.backdating.mark, "refusal", "契約日の遡及", rules.backdating.text)
    rule = rules.amendments
    yield row_of(
        rule.mark,
        "only_if_original_electronic",
        "変更契約は当初が電子の場合だけ電子",
        rule.only_if_original_electronic,
    )
    yield row_of(rule.mark, "refusal", "紙の契約の変更", rule.refusal)
    yield row_of(rule.mark, "carry_over_addresses", "変更契約にアドレスを引き継ぐ", rule.carry_over_addresses)


def _application(rules: CityRules) -> Iterable[RuleRow]:
    rule = rules.usage_application
    title = next((form["title"] for form in rules.forms if form.get("code") == rule.form), rule.form)
    channels = "、".join(
        f"{c.channel.label}{'' if c.categories == ALL_CATEGORIES else f'（{labels(c.categories)}）'}"
        for c in rule.channels
    )
    values = (
        ("form", "様式", title),
        ("channels", "提出方法", channels),
        ("receiver", "提出先", rule.receiver),
        ("per_case", "案件ごとに提出する", rule.per_case),
        ("again_at_amendment", "変更契約のときにも提出する", rule.again_at_amendment),
        ("again_when_address_changes", "アドレスが変わるときに出し直す", rule.again_when_address_changes),
        ("delegation_allowed", "権限の委任を認める", rule.delegation_allowed),
        ("void_when_paper", "紙で契約したら無効になる", rule.void_when_paper),
        ("match_register", "資格登録のアドレスと照らし合わせる", rule.match_register),
        ("seal_required", "押印が要る", rule.seal_required),
        ("confirm_address", "署名者のメールアドレスの確認", rule.confirm_address.label),
        ("warn_free_mail", "フリーメールに注意を出す", rule.warn_free_mail),
        ("warn_carrier_mail", "キャリアメールに注意を出す", rule.warn_carrier_mail),
        ("text", "案内", rule.text),
    )
    for key, label, value in values:
        yield row_of(rule.mark, key, label, value)


def _signing(rules: CityRules) -> Iterable[RuleRow]:
    rule = rules.signing
    values = (
        ("order", "署名の順", " → ".join(side.label for side in rule.order)),
        ("type", "署名方式", rule.type.label),
        ("parallel", "受注者側の宛先に同時に依頼する", rule.parallel),
        ("style", "署名画面の言葉", rule.style.label),
        ("allow_decline", "受注者が画面で却下できる", rule.allow_decline),
        ("allow_forward", "受注者が転送できる", rule.allow_forward),
        ("allow_problem_report", "受注者が問題を報告できる", rule.allow_problem_report),
        ("request_city_automatically", "受注者の署名後、市へ自動で依頼する", rule.request_city_automatically),
        ("visible_signature", "署名を紙面に表示する", rule.visible_signature),
        ("request_link_days", "署名用リンクの期間", f"{rule.request_link_days}日"),
        ("request_link_ends_at_deadline", "リンクを締結期限までに切る", rule.request_link_ends_at_deadline),
        ("max_files", "一つの封筒に入る書類", f"{rule.max_files}ファイルまで"),
    )
    for key, label, value in values:
        yield row_of(rule.mark, key, label, value, rule.mark.note if key == "order" else "")


def _completion(rules: CityRules) -> Iterable[RuleRow]:
    rule = rules.completion
    yield row_of(rule.mark, "attach", "契約書をメールに添付する", rule.attach, rule.mark.note)
    if rule.attach:
        edge = "まで" if rule.attach_at_limit else "未満"
        limit = f"{file_size(rule.attach_limit_bytes)}{edge}"
        yield row_of(rule.mark, "attach_limit_bytes", "添付する大きさ", limit)
    if rule.carrier_attach_limit_bytes is not None:
        limit = file_size(rule.carrier_attach_limit_bytes)
        yield row_of(rule.mark, "carrier_attach_limit_bytes", "キャリアメールに添付する大きさ", limit)
    yield row_of(
        rule.mark, "download_link_days", "ダウンロード用リンクの期間", f"{rule.download_link_days}日"
    )


def _mails(rules: CityRules) -> Iterable[RuleRow]:
    rule = rules.mails
    yield row_of(rule.mark, "sender_name", "差出人の名前", rule.sender_name)
    yield row_of(rule.mark, "request_subject", "署名依頼の件名", rule.request_subject)
    yield row_of(rule.mark, "completion_subject", "完了のお知らせの件名", rule.completion_subject)


def _guarantees(rules: CityRules) -> Iterable[RuleRow]:
    for rule in rules.guarantees.electronic:
        kinds = "、".join(kind.label for kind in type(next(iter(rule.kinds))) if kind in rule.kinds)
        label = f"電子保証：{kinds}"
        since = f"{rule.trigger.label}が{format_wareki(rule.starts_on)}以降" if rule.starts_on else ""
        yield row_of(rule.mark, "issuer", label, f"{rule.issuer}　{since}".strip("　"), rule.mark.note)
        yield row_of(
            rule.mark,
            "receiver",
            f"{label}：認証キーの送り先",
            f"{rule.channel.label}　{rule.receiver}".strip("　"),
        )
    for method in rules.guarantees.methods:
        yield row_of(method.mark, "label", "契約保証の方法", method.label, method.text)

    part = rules.guarantees
    yield row_of(part.mark, "orderer_code", "保証確認サービスでの発注者コード", orderer_code(rules))
    names = "、".join(orderer_names(rules))
    yield row_of(part.mark, "orderer_names", "証書の被保証者として認める名称", names)
    yield row_of(
        part.mark, "blocks_signature", "契約保証が確認できるまで市の署名を止める", part.blocks_signature
    )
    asked = rules.guarantee_reminders
    days = "、".join(f"{day}日前" if day else "当日" for day in asked.missing) or "知らせない"
    yield row_of(asked.mark, "missing", "契約保証の未提出のお知らせ（契約締結期限の）", days)
    yield row_of(
        asked.mark, "expires_within", "保証期間の終わりのお知らせ", f"{asked.expires_within}日前から"
    )
    again = f"最後の確認から{asked.look_again_after}日"
    yield row_of(asked.mark, "look_again_after", "画面で確かめる保証の再確認", again)


def _help(rules: CityRules) -> Iterable[RuleRow]:
    rule = rules.help
    yield row_of(rule.mark, "operation", "操作のこと", rule.operation)
    yield row_of(rule.mark, "contact", "操作の窓口", f"{rule.contact}　{rule.hours}".strip("　"))
    yield row_of(rule.mark, "contents", "契約の内容のこと", rule.contents)
