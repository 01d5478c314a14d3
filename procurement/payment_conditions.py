"""Conditions of advance payments (前払金・中間前払金の要件): pure judgements in words, each with its source.

What the rules leave to the officer is `LOOK`: it is decided with a reason. (GUAR-04, japan.md 1.7)
"""

from collections.abc import Iterator
from datetime import date, timedelta

from procurement.errors import RuleViolation
from procurement.guarantee_limits import format_unit
from procurement.numbers import format_yen
from procurement.payment_facts import (
    PAYMENT_WORDS,
    SHARES,
    Condition,
    Judgement,
    PaymentFacts,
    is_known,
    largest,
)
from procurement.wareki import format_wareki

__all__ = [
    "ELECTION",
    "PAYMENT_WORDS",
    "Condition",
    "Judgement",
    "PaymentFacts",
    "half_passed_on",
    "is_known",
    "judge",
    "largest",
    "refusal_of_approval",
    "refusal_of_request",
]

LAW = "地方自治法施行令附則第7条"
RULE = "地方自治法施行規則附則第3条"
ELECTION = "中間前払金と部分払の選択に係る届出書"
WAITS = frozenset({"guarantee", "scheduled"})
"""What need not be fulfilled when the payment is asked for, only when it is approved."""


def judge(facts: PaymentFacts) -> tuple[Condition, ...]:
    """Every condition of this payment on this day, in the order in which they are shown.

    Where the rules know no such payment for the kind of case, that alone is said.
    """
    if not is_known(facts.limits, facts.kind):
        return (_unknown(facts),)
    return tuple(_interim(facts) if facts.is_interim else _advance(facts))


def refusal_of_request(conditions: tuple[Condition, ...]) -> RuleViolation | None:
    """Why a payment cannot even be asked for; the guarantee and the officer's recognition may come later."""
    return next(
        (c.refusal() for c in conditions if c.result is Judgement.UNMET and c.code not in WAITS), None
    )


def refusal_of_approval(conditions: tuple[Condition, ...], reason: str) -> RuleViolation | None:
    """Why a payment cannot be approved: a condition that is not met, or one that is to be decided without a reason."""
    unmet = [c for c in conditions if c.result is Judgement.UNMET]
    if unmet:
        first, *more = unmet
        rest = (
            f"ほかに{len(more)}件（{'、'.join(c.label for c in more)}）も満たしていません。" if more else ""
        )
        return RuleViolation(f"payment_{first.code}", first.words + rest, first.source, first.remedy)
    looks = [c for c in conditions if c.result is Judgement.LOOK]
    if looks and not reason.strip():
        return RuleViolation(
            "payment_reason_missing",
            f"職員の判断が要る項目（{'、'.join(c.label for c in looks)}）があります。",
            remedy="よいと判断した理由を入力して承認します。よくないときは差し戻します。",
        )
    return None


def half_passed_on(starts_on: date, ends_on: date) -> date:
    """The first day on which half of the period has passed (工期の2分の1を経過した最初の日), both ends included."""
    days = (ends_on - starts_on).days + 1
    return starts_on + timedelta(days=-(-days // 2))


def _advance(facts: PaymentFacts) -> Iterator[Condition]:
    yield _concluded(facts)
    yield from _price(facts, "advance_price_at_least")
    yield _cap(facts)
    yield from _rounding(facts)
    yield _guarantee(facts)


def _interim(facts: PaymentFacts) -> Iterator[Condition]:
    yield _concluded(facts)
    yield _election(facts)
    yield from _price(facts, "interim_price_at_least")
    yield _after_advance(facts)
    yield _half_period(facts)
    yield _scheduled(facts)
    yield _half_done(facts)
    yield _cap(facts)
    yield from _rounding(facts)
    yield _guarantee(facts)


def _unknown(facts: PaymentFacts) -> Condition:
    words = f"この種別の契約（{facts.limits.category.label}）には、{facts.name}の定めがありません。"
    source = facts.limits.where(SHARES[facts.kind])
    return Condition("kind", "対象となる契約", Judgement.UNMET, words, source, "完成後に代金を請求します。")


def _concluded(facts: PaymentFacts) -> Condition:
    if facts.is_concluded:
        return Condition("concluded", "契約の締結", Judgement.MET, "契約は締結済みです。", LAW)
    return Condition(
        "concluded",
        "契約の締結",
        Judgement.UNMET,
        f"契約がまだ締結されていないため、{facts.name}は申請できません。",
        LAW,
        "契約を締結したあとに申請します。",
    )


def _price(facts: PaymentFacts, key: str) -> Iterator[Condition]:
    least = facts.limits.get(key)
    if least is None:
        return
    source = facts.limits.where(key)
    label = "対象となる契約金額"
    if facts.contract_price >= least:
        yield Condition("price", label, Judgement.MET, f"契約金額は{format_yen(least)}以上です。", source)
    else:
        yield Condition(
            "price",
            label,
            Judgement.UNMET,
            f"契約金額が{format_yen(least)}に満たないため、{facts.name}の対象になりません。",
            source,
            "完成後に請負代金を請求します。",
        )


def _cap(facts: PaymentFacts) -> Condition:
    most = largest(facts)
    if 0 < facts.amount <= most.amount:
        return Condition("cap", "限度額", Judgement.MET, f"{most.words}の範囲です。", most.source)
    if most.amount <= 0 and facts.others:
        words = f"{facts.name}は、限度額まで申請済みです。{most.words}。"
        return Condition("cap", "限度額", Judgement.UNMET, words, most.source)
    if most.amount <= 0:
        words = f"この契約で申請できる{facts.name}はありません。{most.words}"
        return Condition("cap", "限度額", Judgement.UNMET, f"{words}。", most.source, "担当課に確認します。")
    words = f"{facts.name}の額{format_yen(facts.amount)}が限度額を超えています。{most.words}。"
    if facts.amount <= 0:
        words = f"{facts.name}の額が入力されていません。"
    remedy = f"{format_yen(most.amount)}以下の額にします。"
    return Condition("cap", "限度額", Judgement.UNMET, words, most.source, remedy)


def _rounding(facts: PaymentFacts) -> Iterator[Condition]:
    unit = facts.limits.get("round_down_to") or 1
    if facts.amount % unit:
        words = f"{format_unit(unit)}未満の端数があります。端数を切り捨てる定めに照らして判断します。"
        yield Condition("rounding", "端数", Judgement.LOOK, words, facts.limits.where("round_down_to"))


def _guarantee(facts: PaymentFacts) -> Condition:
    label, source = f"{facts.name}の保証", LAW
    remedy = "保証の画面で認証キーのお知らせを確認し、受理してから承認します。"
    if facts.guaranteed_amount is None:
        words = f"{facts.kind.label}が、市でまだ受理されていません。"
        return Condition("guarantee", label, Judgement.UNMET, words, source, remedy)
    needed = facts.amount + facts.others
    if facts.guaranteed_amount < needed:
        words = (
            f"{facts.kind.label}の保証金額{format_yen(facts.guaranteed_amount)}が、"
            f"{facts.name}の額{format_yen(needed)}に足りません。"
        )
        return Condition("guarantee", label, Judgement.UNMET, words, source, "変更後の保証証書を求めます。")
    words = f"{facts.kind.label}（{format_yen(facts.guaranteed_amount)}）を受理しています。"
    return Condition("guarantee", label, Judgement.MET, words, source)


def _election(facts: PaymentFacts) -> Condition:
    label = "部分払との選択"
    if facts.election == "partial_payment":
        return Condition(
            "election",
            label,
            Judgement.UNMET,
            "部分払を選択する届出が受理されているため、中間前払金は申請できません。",
            ELECTION,
            "部分払を請求します。選択を改めるときは、担当課に相談します。",
        )
    if facts.election is None:
        words = "中間前払金と部分払のどちらを選ぶかの届出が、受理されていません。"
        return Condition("election", label, Judgement.LOOK, words, ELECTION)
    return Condition("election", label, Judgement.MET, "中間前払金を選択する届出を受理しています。", ELECTION)


def _after_advance(facts: PaymentFacts) -> Condition:
    label = "前払金の支払"
    if facts.advance_paid:
        return Condition("advance_first", label, Judgement.MET, "前払金は支払済みです。", RULE)
    if facts.advance_paid is None:
        words = "この受付システムには、前払金を支払った記録がありません。"
        return Condition("advance_first", label, Judgement.LOOK, words, RULE)
    return Condition(
        "advance_first",
        label,
        Judgement.UNMET,
        "前払金がまだ支払われていません。中間前払金は、前払金に追加して支払うものです。",
        RULE,
        "前払金の支払を受けてから申請します。",
    )


def _half_period(facts: PaymentFacts) -> Condition:
    label = "工期の2分の1の経過"
    if facts.starts_on is None or facts.ends_on is None:
        words = "工期が登録されていないため、計算できません。"
        return Condition("half_period", label, Judgement.LOOK, words, RULE)
    day = half_passed_on(facts.starts_on, facts.ends_on)
    period = f"工期 {format_wareki(facts.starts_on)}から{format_wareki(facts.ends_on)}まで"
    if facts.on >= day:
        words = f"{format_wareki(day)}に工期の2分の1を経過しました（{period}）。"
        return Condition("half_period", label, Judgement.MET, words, RULE)
    words = f"工期の2分の1を経過していません（{period}）。"
    return Condition(
        "half_period", label, Judgement.UNMET, words, RULE, f"{format_wareki(day)}から申請できます。"
    )


def _scheduled(facts: PaymentFacts) -> Condition:
    label = "工程表どおりの作業"
    if facts.recognised:
        return Condition("scheduled", label, Judgement.MET, f"認定しました。{facts.recognised}", RULE)
    return Condition(
        "scheduled",
        label,
        Judgement.UNMET,
        "工期の2分の1までに行うことになっている作業が行われていることの認定が、まだ済んでいません。",
        RULE,
        "工程表と工事履行報告書を確認し、理由を記録して認定します。",
    )


def _half_done(facts: PaymentFacts) -> Condition:
    label = "請負代金の2分の1の出来高"
    done = facts.progress_percent
    if done is None:
        words = "出来高が申請されていません。認定のときに確認します。"
        return Condition("half_done", label, Judgement.LOOK, words, RULE)
    if done >= 50:
        return Condition("half_done", label, Judgement.MET, f"申請された出来高は{done}％です。", RULE)
    words = f"申請された出来高（{done}％）が、請負代金の2分の1に達していません。"
    return Condition("half_done", label, Judgement.UNMET, words, RULE, "50％に達してから申請します。")
