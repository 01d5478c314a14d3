"""Standing of guarantees (保証の状況) for the contractor: what is needed, in plain words, and which ways are open."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from forms.guarantees import BY_THE_CONTRACTOR
from guarantees.lodged import FOUND, NOT_FOUND, LodgedGuarantee, LodgedStatus, Means
from guarantees.notice_readings import ReadingOutcome
from portal.case_papers import Paper, papers_of
from portal.contractor.tasks import Task
from portal.filters import instant, seireki_date, yen
from portal.guarantee_views import STATUS_KINDS, issuer_of
from portal.workflows.act import Act
from portal.workflows.guarantee_means import method_of, original_channels
from portal.workflows.guarantee_needs import amount_of
from portal.workflows.guarantee_rules import electronic_refusal, electronic_rule
from portal.workflows.guarantee_standings import ObligationStanding, standing
from portal.workflows.take_filed_notices import readings_of
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.cities.parts import ElectronicGuarantee
from procurement.filings import FilingStatus

WORDS: Mapping[LodgedStatus, tuple[str, str]] = {
    LodgedStatus.AWAITING_ORIGINAL: ("原本の到着待ち", "原本が市に届くと、手続きが進みます。"),
    LodgedStatus.NOT_CHECKED: ("市が確認中", "市が内容を確認しています。いま行う手続きはありません。"),
    LodgedStatus.TO_DECIDE: ("市が確認中", "市が内容を確認しています。いま行う手続きはありません。"),
    LodgedStatus.MISMATCH: ("市が確認中", "市が内容を確認しています。いま行う手続きはありません。"),
    LodgedStatus.MATCHED: ("市が確認中", "市が内容を確認しています。いま行う手続きはありません。"),
    LodgedStatus.ACCEPTED: ("受理", "市が受理しました。"),
    LodgedStatus.ALARMED: (
        "市が確認中",
        "受理のあとに証書の内容が変わったため、市が確かめています。市から連絡することがあります。",
    ),
    LodgedStatus.RETURNED: ("差戻し", "理由を読み、直したものを提出し直します。"),
    LodgedStatus.WITHDRAWN: ("取下げ", "書類の取下げとともに、取り下げました。直した書類で提出し直せます。"),
    LodgedStatus.REPLACED: ("差し替え済み", "あとから提出した保証に差し替わりました。"),
    LodgedStatus.RELEASED: ("返還・解除済み", "役目を終えました。"),
}
LOOKED: Mapping[str, str] = {
    FOUND: "市が照会しました（証書を確認しました）",
    NOT_FOUND: "市が照会しました（証書は見つかりませんでした）",
}
NOT_ANSWERED = "市が照会しました（まだ回答がありません。自動で照会を続けます）"
NOT_INTO_IT = "確認が終わるまで、その書類にお知らせを追加することはできません。"
AT_ONCE = "別の保証のお知らせは、待たずにここから提出できます。すぐに受け付けます。"
OPEN_NOW = (GuaranteeKind.ADVANCE_PAYMENT, GuaranteeKind.INTERIM_ADVANCE_PAYMENT)


@dataclass(frozen=True)
class LodgedView:
    """One lodged guarantee as its contractor sees it."""

    name: str
    number: str
    amount: int | None
    lodged_at: str
    word: str
    kind: str
    text: str
    returned_because: str
    original: str
    looks: tuple[str, ...]


@dataclass(frozen=True)
class ElectronicWay:
    """Whether an electronic guarantee may be lodged here; `href` leads to the filing where the city takes it there.

    `beside` says why it is lodged here although the city has a paper for it.
    """

    is_open: bool
    text: str
    source: str = ""
    href: str = ""
    paper: str = ""
    beside: str = ""


@dataclass(frozen=True)
class ObligationView:
    """One obligation: what is needed and why, what was lodged, which ways are open."""

    standing: ObligationStanding
    word: str
    kind: str
    lodged: tuple[LodgedView, ...]
    electronic: ElectronicWay
    is_needed: bool

    @property
    def obligation(self) -> GuaranteeKind:
        return self.standing.obligation

    @property
    def hint(self) -> str:
        """What the task list says of it: how much, and by when."""
        amount = f"必要な額 {yen(self.standing.amount)}" if self.standing.amount else ""
        due = f"期限 {seireki_date(self.standing.due)}" if self.standing.due else ""
        return "　".join(part for part in (amount, due) if part)

    @property
    def why(self) -> str:
        """Why it is needed, or when it will be."""
        if self.is_needed or self.obligation not in OPEN_NOW:
            return self.standing.why
        payment = self.obligation.label.removesuffix("保証")
        return f"{payment}を請求するときに必要です。請求する前に提出できます。"

    @property
    def is_mine(self) -> bool:
        """Whether the contractor has to lodge something now."""
        return self.is_needed and not self.standing.is_in_force and not self.standing.live


def guarantee_views(act: Act, case: ProcurementCase) -> list[ObligationView]:
    """The obligations of a case that are needed, lodged, or may still come."""
    if case.award is None:
        return []
    views = [obligation_view(act, case, kind) for kind in GuaranteeKind]
    return [view for view in views if view.is_needed or view.standing.lodged or _may_come(view)]


def guarantee_tasks(act: Act, case: ProcurementCase) -> list[Task]:
    """The same as lines of the task list on the page of the case."""
    href = url_for("contractor.show_guarantees", case_id=case.id)
    return [
        Task(view.obligation.label, view.word, f"{href}#{view.obligation.value}", view.hint, view.kind)
        for view in guarantee_views(act, case)
    ]


def obligation_view(act: Act, case: ProcurementCase, kind: GuaranteeKind) -> ObligationView:
    """One obligation in the contractor's words."""
    found = standing(act, case, kind)
    word, tag = _word(found)
    lodged = tuple(_lodged_view(act, each) for each in reversed(found.lodged))
    return ObligationView(found, word, tag, lodged, electronic_way(act, case, kind), found.is_required)


def means_open(kind: GuaranteeKind) -> tuple[Means, ...]:
    """What can secure an obligation besides the electronic guarantee: advance payments a surety company alone."""
    if kind in OPEN_NOW:
        return (Means.PAPER_SURETY,)
    return tuple(means for means in BY_THE_CONTRACTOR if means is not Means.ELECTRONIC_SURETY)


def electronic_way(act: Act, case: ProcurementCase, kind: GuaranteeKind) -> ElectronicWay:
    """What the city's rules say about an electronic guarantee for this obligation of this case."""
    refusal, rule = electronic_refusal(act, case, kind), electronic_rule(act, case, kind)
    if refusal is not None:
        return ElectronicWay(False, f"{refusal.text}{refusal.remedy}", refusal.source)
    if rule is None:
        return ElectronicWay(True, "")
    return _through_the_filing(act, case, rule) or ElectronicWay(True, rule.text, rule.mark.source)


def _through_the_filing(act: Act, case: ProcurementCase, rule: ElectronicGuarantee) -> ElectronicWay | None:
    """The city's own paper for the notice, where its rule names one that this case has. (CITY-29)"""
    paper = next((p for p in papers_of(act, case) if rule.document and p.form.title == rule.document), None)
    if paper is None:
        return None
    if (beside := _beside_the_filing(act, paper)) is not None:
        return ElectronicWay(True, rule.text, rule.mark.source, beside=beside)
    href = url_for("contractor.show_filing", case_id=case.id, form_code=paper.form.code)
    return ElectronicWay(True, rule.text, rule.mark.source, href, paper.name)


def _beside_the_filing(act: Act, paper: Paper) -> str | None:
    """Why a notice is taken here at once: its paper is being reviewed and holds no more, or could not be read.

    The paper was handed in, as the city's rule asks; what comes on top of it does not wait for the review.
    """
    version = paper.filing.current if paper.filing is not None and not paper.filing.voided_at else None
    if version is None:
        return None
    if version.status is FilingStatus.SUBMITTED and version.submitted_at is not None:
        since = instant(version.submitted_at)
        return f"「{paper.name}」は{since}に提出され、市が確認しています。{NOT_INTO_IT}{AT_ONCE}"
    readings = readings_of(act.session, version.id) if version.status is FilingStatus.ACCEPTED else []
    if any(reading.outcome is ReadingOutcome.UNREADABLE for reading in readings):
        return f"提出された「{paper.name}」に、読み取れないお知らせがありました。番号と認証キーを入力して提出できます。"
    return None


def _may_come(view: ObligationView) -> bool:
    return view.obligation in OPEN_NOW and view.standing.limit.amount > 0


def _word(found: ObligationStanding) -> tuple[str, str]:
    if found.awaits_change:
        return "変更後の証書が必要", "todo"
    if found.is_in_force:
        return "確保済み", "accepted"
    if found.live:
        return "市が確認中", "waiting"
    if any(each.status is LodgedStatus.RETURNED for each in found.lodged[-1:]):
        return "差戻し", "returned"
    return ("提出が必要", "todo") if found.is_required else ("請求するときに必要", "neutral")


def _lodged_view(act: Act, lodged: LodgedGuarantee) -> LodgedView:
    word, text = WORDS[lodged.status]
    return LodgedView(
        name=f"{lodged.means.label}　{_issuer(lodged)}".strip(),
        number=lodged.guarantee_contract_number or "",
        amount=amount_of(lodged),
        lodged_at=instant(lodged.lodged_at),
        word=word,
        kind=STATUS_KINDS[lodged.status] if word != "市が確認中" else "waiting",
        text=text,
        returned_because=lodged.returned_because or "",
        original=_original(act, lodged),
        looks=tuple(
            f"{instant(look.looked_at)}　{LOOKED.get(look.outcome, NOT_ANSWERED)}" for look in lodged.looks
        ),
    )


def _issuer(lodged: LodgedGuarantee) -> str:
    name: str = issuer_of(lodged)
    return "" if name == lodged.means.label else name


def _original(act: Act, lodged: LodgedGuarantee) -> str:
    """Where and how the original goes, or when it came."""
    if not lodged.means.has_original:
        return ""
    if lodged.original_received_on:
        return f"原本は{seireki_date(lodged.original_received_on)}に市に届きました。"
    ways = "または".join(channel.label for channel in original_channels(act, lodged))
    method = method_of(act, lodged)
    return f"原本を{ways}で市に届けます。{method.text if method else ''}"
