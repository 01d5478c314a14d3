"""What a checked city file says (市ファイルの要約): a few lines to compare with the city's rules, and cautions."""

from collections.abc import Iterator

from forms.definitions import parse_forms
from forms.meanings import Meaning
from forms.model import FormDefinition
from procurement.cities.eligibility import period_words
from procurement.cities.limit_rules import LABELS, LimitRule
from procurement.cities.scope import ALL_CATEGORIES, ALL_METHODS, ScopeRule, labels, span_words
from procurement.deadlines import DeadlineRule
from procurement.guarantee_limits import limit_words
from procurement.rules import CityRules, Roll, Route
from procurement.wareki import format_clock, format_wareki


def summary(rules: CityRules) -> list[str]:
    """What the file sets, line by line, with what is still unset."""
    lines = [
        f"市: {rules.name}（{rules.slug}）",
        f"適用案件: {len(rules.scopes)}件、除外: {len(rules.exclusions)}件、"
        f"期限: {len(rules.deadline_rules)}件、様式: {len(rules.forms)}件、"
        f"日付で変わる規則: {len(rules.changes)}件",
        *_rule_lines(rules),
    ]
    earlier = _rule_lines(rules)
    for starts_on, later in rules.changes:
        changed = [line for line in _rule_lines(later) if line not in earlier]
        lines.append(f"{format_wareki(starts_on)}から:")
        lines += [f"  {line}" for line in changed or ["変わるのは、この要約に示さない定めです。"]]
        earlier = _rule_lines(later)
    unset = [f"{s.title or '適用案件'}の {', '.join(s.mark.unset)}" for s in rules.scopes if s.mark.unset]
    unset += list(rules.mark.unset)
    return [*lines, f"未設定: {'、'.join(unset)}"] if unset else lines


def _rule_lines(rules: CityRules) -> list[str]:
    return [
        *(f"適用の定め: {_scope_words(scope)}" for scope in rules.scopes),
        *(f"除外の定め: {rule.text}" for rule in rules.exclusions),
        *(f"期限の定め: {_deadline_words(rule)}" for rule in rules.deadline_rules),
        *(f"保証・前払金の定め: {_limit_words(rule)}" for rule in rules.guarantees.limits),
        f"変更契約の定め: {_amendment_words(rules)}",
    ]


def _scope_words(scope: ScopeRule) -> str:
    dated = scope.starts_on or scope.ends_on
    when = (
        f"{scope.trigger.label}が{span_words(scope.starts_on, scope.ends_on)}" if dated else "時期の定めなし"
    )
    trial = "（試行）" if scope.trial else ""
    return f"{_cases(scope)}{trial}、{when}"


def _limit_words(rule: LimitRule) -> str:
    kinds = "すべての種別" if rule.categories == ALL_CATEGORIES else labels(rule.categories)
    since = f"、{format_wareki(rule.mark.effective_from)}から" if rule.mark.effective_from else ""
    values = "、".join(f"{LABELS[key]} {limit_words(key, value)}" for key, value in rule.values.items())
    unset = [f"{LABELS.get(key, key)} 定めなし" for key in rule.mark.unset]
    return "、".join(filter(None, [values, *unset])) + f"（{kinds}{since}）"


def _amendment_words(rules: CityRules) -> str:
    electronic, paper = (rules.amendment(route).allowed for route in (Route.ELECTRONIC, Route.PAPER))
    able = {True: "できる", False: "できない"}
    return f"当初が電子契約なら電子契約に{able[electronic]}、紙なら電子契約に{able[paper]}"


def _deadline_words(rule: DeadlineRule) -> str:
    clock = f"の{format_clock(rule.cut_off)}まで" if rule.cut_off else ""
    roll = "" if rule.roll is Roll.NONE else f"、末日が閉庁日なら{rule.roll.label}"
    return f"{rule.kind.label}は{rule.base.label}{rule.words()}{clock}{roll}（{_cases(rule)}）"


def _cases(rule: ScopeRule | DeadlineRule) -> str:
    kinds = "すべての種別" if rule.categories == ALL_CATEGORIES else labels(rule.categories)
    methods = "" if rule.methods == ALL_METHODS else f"、{labels(rule.methods)}"
    dated = rule.mark.effective_from or rule.mark.effective_until
    return f"{kinds}{methods}、{period_words(rule.mark)}" if dated else f"{kinds}{methods}"


def cautions(rules: CityRules) -> Iterator[str]:
    """What is no mistake, but stands in the way of an electronic contract."""
    forms = [form for form in parse_forms(rules.forms) if form.code == rules.usage_application.form]
    if not forms:
        yield "注意: 利用申請の様式がありません。[[forms]] を書くまで、事業者は申請できません。"
    for form in forms:
        yield from _form_cautions(form)


def _form_cautions(form: FormDefinition) -> Iterator[str]:
    address = form.field_that_means(Meaning.SIGNATORY_EMAIL)
    if address is None or not address.required:
        yield (
            f'注意: 様式「{form.title}」に、必須の欄 means = "{Meaning.SIGNATORY_EMAIL}"'
            f"（{Meaning.SIGNATORY_EMAIL.label}）がありません。アドレスのない申請は受理できません。"
        )
    if form.field_that_means(Meaning.SIGNATORY_NAME) is None:
        yield (
            f'注意: 様式「{form.title}」に means = "{Meaning.SIGNATORY_NAME}"'
            f"（{Meaning.SIGNATORY_NAME.label}）の欄がありません。事業者の代表者を署名する人とします。"
        )
