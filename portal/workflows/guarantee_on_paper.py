"""Guarantees of a contract on paper (紙の契約の保証): what is missing is said, and written down when it is concluded. (CITY-30)

Nothing can stop a pen, so the record of what was signed on paper is not refused for want of a guarantee. Where the
city's own rule stands against it, an officer says why it was concluded all the same; where no rule is written down,
the page says how things stand, and that is all.
"""

from guarantees.lodged import LodgedGuarantee, Means
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.guarantee_gate import ASSUMED, open_guarantee
from portal.workflows.guarantee_needs import lodged_of
from portal.workflows.guarantee_rules import PAPER_REMEDY, electronic_rule
from portal.workflows.texts import LONGEST
from procurement.cities.kinds import GuaranteeKind
from procurement.contracts import Contract
from procurement.errors import RuleViolation

ON_PAPER = "契約保証を要する契約ですが、効力のある契約保証が確認できていません。"
UNCONFIRMED = "guarantee_open_on_paper"


def open_on_paper(act: Act, contract: Contract) -> RuleViolation | None:
    """What the contract guarantee lacks while a contract goes on paper; None where nothing is missing."""
    return open_guarantee(act, contract, ON_PAPER)


def is_citys_rule(act: Act, contract: Contract, missing: RuleViolation) -> bool:
    """Whether the city's own file says that the guarantee comes first, and where; not our standard."""
    return act.rules(contract.city).guarantees.blocks_signature and missing.source not in ("", ASSUMED)


def confirm_open_guarantee(act: Act, contract: Contract, reason: str) -> None:
    """Keep that it was concluded without the guarantee, and why; refused without a reason where the city's rule asks."""
    missing = open_on_paper(act, contract)
    if missing is None:
        return
    reason = _reason(reason)
    if not reason and is_citys_rule(act, contract, missing):
        raise RuleViolation(
            UNCONFIRMED,
            missing.text,
            missing.source,
            "契約保証を確認してから記録するか、すでに締結したときは、確認できていない事情を入力して記録します。",
        )
    act.audit(
        Tag.CONTRACT_GUARANTEE_OPEN,
        city=contract.city,
        subject=("contract", contract.id),
        stands=missing.text,
        reason=reason,
    )


def electronic_left_behind(act: Act, contract: Contract) -> tuple[RuleViolation, ...]:
    """Electronic guarantees that count now, but that this city takes only where the contract is electronic. (CITY-73)"""
    case = contract.case
    if contract.is_amendment:
        return ()
    found = []
    for obligation in GuaranteeKind:
        rule = electronic_rule(act, case, obligation)
        if rule is None or rule.paper_contract_allowed:
            continue
        for lodged in lodged_of(act, case, obligation):
            if lodged.is_live and lodged.means is Means.ELECTRONIC_SURETY:
                found.append(_left_behind(lodged, rule.mark.source))
    return tuple(found)


def _left_behind(lodged: LodgedGuarantee, source: str) -> RuleViolation:
    number = lodged.guarantee_contract_number or ""
    text = f"{lodged.obligation.label}（{number}、{lodged.status.label}）は電子保証です。この市の電子保証は、電子契約の案件で受け付けます。"
    remedy = f"紙の契約に切り替えた後の取扱いを決め、要るときは事業者に知らせます。電子保証を受け付けないときは、{PAPER_REMEDY}"
    return RuleViolation("guarantee_electronic_on_paper", text, source, remedy)


def _reason(text: str) -> str:
    stripped: str = text.strip()
    if len(stripped) > LONGEST:
        raise RuleViolation("text_too_long", f"事情が長すぎます。{LONGEST:,}文字までで入力します。")
    return stripped
