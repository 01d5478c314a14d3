"""Lodge a guarantee (保証の提出): the city is told by what an obligation is secured. (CITY-28 to CITY-31, CITY-71 to CITY-73)"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import select

from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.notices import Notice
from guarantees.sealed_words import SealBroken, SealedWords
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.guarantee_rules import (
    electronic_refusal,
    electronic_rule,
    issuer_refusal,
    refuse_means,
    section_in_charge,
)
from portal.workflows.locks import lock_case
from portal.workflows.notice_fit import (
    LodgingRefused,
    refuse_foreign_notice,
    refuse_guessing,
    refuse_product,
    refuse_used_number,
)
from portal.workflows.tell_of_lodging import tell_of_lodging
from portal.workflows.texts import fitting, fitting_line
from procurement.cases import ProcurementCase
from procurement.cities.kinds import Channel, GuaranteeKind
from procurement.errors import RuleViolation

__all__ = ["Lodging", "LodgingRefused", "lodge", "replace"]

LONGEST_SECRET = 100
NEEDS_AMOUNT = frozenset(Means) - {Means.ELECTRONIC_SURETY, Means.VIEWING_URL, Means.EXEMPTION}
NEEDS_ISSUER = frozenset(
    (Means.PAPER_SURETY, Means.BANK, Means.INSURANCE, Means.PERFORMANCE_BOND, Means.VIEWING_URL)
)
NEEDS_GROUND = frozenset((Means.EXEMPTION, Means.GOVERNMENT_BONDS))


@dataclass(frozen=True)
class Lodging:
    """What is lodged (提出の内容). `number` and `key` as typed or as the notice says; secrets never print.

    `received_at` is when it reached the city by mail, post or at the counter (None: now), `lodged_by` who handed
    it in where somebody else registers it. `confirmed_because` is an officer's word where the city's rule asks
    for a confirmation. Amounts in yen.
    """

    obligation: GuaranteeKind
    means: Means
    channel: Channel = Channel.WEB
    number: str = ""
    key: AuthenticationKey | None = None
    issuer_name: str = ""
    viewing_url: str = ""
    viewing_password: AuthenticationKey | None = None
    amount: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ground: str = ""
    notice: Notice | None = None
    notice_sha256: str | None = None
    notice_name: str | None = None
    filing_version_id: str | None = None
    received_at: datetime | None = None
    lodged_by: str = ""
    confirmed_because: str = ""


def lodge(act: Act, case: ProcurementCase, lodging: Lodging, secrets: SealedWords) -> LodgedGuarantee:
    """Take the guarantee in; what it takes the place of is marked. Raises RuleViolation in words.

    A LodgingRefused tells the contractor neutrally what the office hears in full. The same number and key
    lodged again for what was already accepted changes nothing but asks the registry once more.
    """
    lock_case(act, case.id)
    _refuse(act, case, lodging)
    earlier = _earlier(act, case, lodging)
    if (same := next((row for row in earlier if _is_accepted_same(row, lodging, secrets)), None)) is not None:
        same.next_look_at = act.now
        return same
    lodged = _row(act, case, lodging)
    act.session.add(lodged)
    act.session.flush()
    if lodging.key:
        lodged.key_sealed = secrets.seal(lodging.key.reveal(), lodged.id)
        lodged.next_look_at = act.now
    if lodging.viewing_password:
        lodged.password_sealed = secrets.seal(lodging.viewing_password.reveal(), lodged.id)
    _audit(act, lodged)
    for row in earlier:
        _mark_replaced(act, row, lodged)
    if act.actor.side != "office":
        tell_of_lodging(act, lodged)
    return lodged


def replace(act: Act, old: LodgedGuarantee, lodging: Lodging, secrets: SealedWords) -> LodgedGuarantee:
    """Lodge in the place of another one (差し替え), whatever its number was."""
    lodged = lodge(act, old.case, lodging, secrets)
    if old is not lodged and old.is_live:
        _mark_replaced(act, old, lodged)
    return lodged


def _refuse(act: Act, case: ProcurementCase, lodging: Lodging) -> None:
    if case.award is None:
        raise RuleViolation("guarantee.before_award", "落札者が決まるまで、保証は提出できません。")
    is_office = act.actor.side == "office"
    refuse_means(act, case, lodging.obligation, lodging.means, is_office=is_office)
    _refuse_time(act, case, lodging)
    for text, remedy in _missing(lodging):
        raise RuleViolation("guarantee.incomplete", text, remedy=remedy)
    if lodging.means is Means.ELECTRONIC_SURETY:
        _refuse_electronic(act, case, lodging)
        if not is_office:
            refuse_guessing(act, case.award.company_id)
    if lodging.number:
        refuse_used_number(act, case, lodging.obligation, lodging.means, lodging.number)


def _refuse_electronic(act: Act, case: ProcurementCase, lodging: Lodging) -> None:
    obligation, because = lodging.obligation, lodging.confirmed_because
    if lodging.notice is not None:
        refuse_product(lodging.notice, obligation)
    if (refusal := electronic_refusal(act, case, obligation, confirmed_because=because)) is not None:
        raise refusal
    rule = electronic_rule(act, case, obligation)
    named = (lodging.notice.issuer if lodging.notice else "") or lodging.issuer_name
    if (refusal := issuer_refusal(rule, lodging.number, named)) is not None:
        raise refusal
    if lodging.notice is not None:
        refuse_foreign_notice(act, case, lodging.notice, is_confirmed=bool(because.strip()))


def _refuse_time(act: Act, case: ProcurementCase, lodging: Lodging) -> None:
    at = lodging.received_at
    if at is not None and at > act.now:
        raise RuleViolation(
            "received_in_future",
            "受け取った日時が現在より後になっています。",
            remedy="日時をご確認ください。",
        )
    if at is not None and case.award is not None and at < case.award.awarded_at:
        raise RuleViolation(
            "received_before_award",
            "受け取った日時が落札決定より前になっています。",
            remedy="日時をご確認ください。",
        )


def _missing(lodging: Lodging) -> Iterator[tuple[str, str]]:
    """What a means cannot do without, each with what to do."""
    means = lodging.means
    if means is Means.ELECTRONIC_SURETY and not (lodging.number and lodging.key):
        yield "保証契約番号と認証キーの両方が要ります。", "お知らせを見て入力します。"
    if lodging.key and len(lodging.key.reveal()) > LONGEST_SECRET:
        yield "認証キーが長すぎます。", "お知らせの認証キーだけを入力します。"
    if means in NEEDS_ISSUER and not lodging.issuer_name.strip():
        yield "保証する会社の名前が空欄です。", "証書や証券に書かれた名前を入力します。"
    if means in NEEDS_AMOUNT and (lodging.amount is None or lodging.amount <= 0):
        yield "保証の金額が空欄か、0円以下です。", "円の単位で入力します。"
    if lodging.amount is not None and lodging.amount < 0:
        yield "保証の金額が0円より小さくなっています。", "円の単位で入力します。"
    if means in NEEDS_GROUND and not lodging.ground.strip():
        yield "免除の根拠、または国債等の種類と記号番号が空欄です。", "備考の欄に入力します。"
    if means is Means.VIEWING_URL and not _is_address(lodging.viewing_url):
        yield "閲覧用URLは https:// で始まるアドレスです。", "保険会社からの連絡にあるアドレスを入力します。"
    if means is Means.VIEWING_URL and not lodging.viewing_password:
        yield "閲覧用パスワードが空欄です。", "保険会社からの連絡にあるパスワードを入力します。"
    if lodging.starts_on and lodging.ends_on and lodging.ends_on < lodging.starts_on:
        yield "保証期間の終わりが、始まりより前です。", "日付をご確認ください。"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not parts.username


def _earlier(act: Act, case: ProcurementCase, lodging: Lodging) -> list[LodgedGuarantee]:
    """What the new one takes the place of: the same number; the same means announced, or not known to the registry."""
    rows = act.session.scalars(
        select(LodgedGuarantee).where(
            LodgedGuarantee.case_id == case.id, LodgedGuarantee.obligation == lodging.obligation
        )
    )
    return [row for row in rows if row.is_live and _gives_way(row, lodging)]


def _gives_way(row: LodgedGuarantee, lodging: Lodging) -> bool:
    if lodging.number and row.guarantee_contract_number == lodging.number:
        return True
    if row.accepted_at is not None or row.means is not lodging.means:
        return False
    if row.means is Means.ELECTRONIC_SURETY:
        return row.last_answer is not None and row.last_answer.certificate is None
    return not row.guarantee_contract_number and row.original_received_on is None


def _is_accepted_same(row: LodgedGuarantee, lodging: Lodging, secrets: SealedWords) -> bool:
    if not row.is_in_force or row.key_sealed is None or lodging.key is None:
        return False
    if row.guarantee_contract_number != lodging.number:
        return False
    try:
        return AuthenticationKey(secrets.open(row.key_sealed, row.id)) == lodging.key
    except SealBroken:
        return False


def _row(act: Act, case: ProcurementCase, lodging: Lodging) -> LodgedGuarantee:
    assert case.award is not None
    column = LodgedGuarantee
    rule = electronic_rule(act, case, lodging.obligation)
    because = f"確認：{lodging.confirmed_because.strip()}" if lodging.confirmed_because.strip() else ""
    remarks = "\n".join(text for text in (lodging.ground.strip(), because) if text)
    return LodgedGuarantee(
        city=case.city,
        case_id=case.id,
        company_id=case.award.company_id,
        obligation=lodging.obligation,
        means=lodging.means,
        channel=Channel.WEB if act.actor.side == "contractor" else lodging.channel,
        lodged_at=lodging.received_at or act.now,
        lodged_by=(lodging.lodged_by or act.actor.name)[:100],
        issuer_name=fitting_line(lodging.issuer_name, column.issuer_name, "保証する会社の名前"),
        guarantee_contract_number=fitting_line(lodging.number, column.guarantee_contract_number, "番号")
        or None,
        viewing_url=fitting_line(lodging.viewing_url, column.viewing_url, "閲覧用URL") or None,
        amount=lodging.amount,
        starts_on=lodging.starts_on,
        ends_on=lodging.ends_on,
        ground=fitting(remarks, column.ground, "根拠・備考"),
        notice_sha256=lodging.notice_sha256,
        notice_name=lodging.notice_name,
        notice_says=lodging.notice.says() if lodging.notice else None,
        filing_version_id=lodging.filing_version_id,
        forwarded_to=section_in_charge(case, rule) if lodging.means is Means.ELECTRONIC_SURETY else "",
    )


def _audit(act: Act, lodged: LodgedGuarantee) -> None:
    act.audit(
        Tag.GUARANTEE_LODGED,
        city=lodged.city,
        subject=("guarantee", lodged.id),
        obligation=lodged.obligation.value,
        means=lodged.means.value,
        number=lodged.guarantee_contract_number or "",
        forwarded_to=lodged.forwarded_to,
    )


def _mark_replaced(act: Act, old: LodgedGuarantee, successor: LodgedGuarantee) -> None:
    old.replaced_at, old.next_look_at = act.now, None
    act.audit(Tag.GUARANTEE_REPLACED, city=old.city, subject=("guarantee", old.id), successor=successor.id)
