"""Accept several filings (まとめて受理): what will happen to each is said before, what happened after."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.workflows.act import Act
from portal.workflows.file_application import refuse_missing_attachments
from portal.workflows.review_filing import accept_filing
from portal.workflows.usage_forms import form_of_version
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingStatus


@dataclass(frozen=True)
class SeenVersion:
    """A version as the officer saw it in the list."""

    filing_id: str
    number: int

    @classmethod
    def of_text(cls, text: str) -> "SeenVersion | None":
        """Read what a list sends (「id:版」); None when it is not that."""
        filing_id, _, number = text.rpartition(":")
        return cls(filing_id, int(number)) if filing_id and number.isascii() and number.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.filing_id}:{self.number}"


@dataclass(frozen=True)
class Acceptance:
    """What will happen, or has happened, to one of them: `left_out` says why it is not accepted."""

    seen: SeenVersion
    filing: Filing | None
    left_out: RuleViolation | None = None


def plan_acceptance(act: Act, seen: SeenVersion) -> Acceptance:
    """What accepting this version would do now; nothing is changed."""
    filing = _filing(act, seen)
    if filing is None:
        return Acceptance(seen, None, _not_found())
    try:
        _refuse_unless_acceptable(act, filing, seen)
    except RuleViolation as refusal:
        return Acceptance(seen, filing, refusal)
    return Acceptance(seen, filing)


def accept_seen_version(act: Act, seen: SeenVersion) -> Acceptance:
    """Accept this version alone; refused as the review of one paper is. Raises RuleViolation."""
    filing = _filing(act, seen)
    if filing is None:
        raise _not_found()
    form = form_of_version(act, filing.current)
    accept_filing(act, filing, form, version_number=seen.number)
    return Acceptance(seen, filing)


def _not_found() -> RuleViolation:
    return RuleViolation(
        "filing_not_found", "この書類は見つかりません。", remedy="一覧を開き直してください。"
    )


def _filing(act: Act, seen: SeenVersion) -> Filing | None:
    return act.session.scalar(select(Filing).where(Filing.id == seen.filing_id))


def _refuse_unless_acceptable(act: Act, filing: Filing, seen: SeenVersion) -> None:
    filing.refuse_if_void()
    version = filing.current
    if version.number != seen.number:
        raise RuleViolation(
            "filing_changed_meanwhile",
            "一覧を開いたあとで、事業者が新しい版を作りました。",
            remedy="書類の画面で新しい版を確認してから受理します。",
        )
    if version.status is not FilingStatus.SUBMITTED:
        raise RuleViolation(
            "filing_decided",
            "この書類は、いま審査を待っていません。",
            remedy="書類の画面で、いまの状態を確認します。",
        )
    if version.is_late:
        raise RuleViolation(
            "late_acceptance_needs_reason",
            "提出期限を過ぎているため、まとめては受理できません。",
            remedy="書類の画面で、理由を入力して受理します。",
        )
    refuse_missing_attachments(act, form_of_version(act, version), version)
