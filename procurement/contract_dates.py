"""The contract date (契約締結日): the day of the real last signature, never a day before it. (CITY-08, CITY-45, CITY-64)"""

from datetime import date, datetime

from procurement.errors import RuleViolation
from procurement.rules import CityRules
from procurement.wareki import format_wareki, jst_date


def contract_date_of(last_signed_at: datetime) -> date:
    """The contract date that the last signature makes: its day in Asia/Tokyo."""
    return jst_date(last_signed_at)


def check_contract_date(claimed: date, last_signed_at: datetime | None, rules: CityRules) -> None:
    """Refuse a contract date that differs from the day of the real last signature.

    `last_signed_at` is None while the last signature is missing: then no date at all can be claimed.
    """
    rule = rules.backdating
    if last_signed_at is None:
        raise RuleViolation(
            "contract_date_before_signature",
            f"契約締結日（{format_wareki(claimed)}）を先に決めることはできません。まだ双方の署名が完了していません。{rule.text}",
            rule.source,
            "署名が完了した日が契約締結日になります。日付の入力を外して進めます。",
        )
    real = contract_date_of(last_signed_at)
    if claimed != real:
        earlier = "前" if claimed < real else "後"
        raise RuleViolation(
            "contract_date_differs",
            f"契約締結日（{format_wareki(claimed)}）が、最後の署名が完了した日（{format_wareki(real)}）より{earlier}です。{rule.text}",
            rule.source,
            "署名が完了した日が契約締結日になります。",
        )


def check_paper_contract_date(claimed: date, awarded_on: date, today: date, rules: CityRules) -> None:
    """Refuse an impossible date of a contract signed on paper: before its award, or in the future."""
    rule = rules.backdating
    if claimed < awarded_on:
        raise RuleViolation(
            "contract_date_before_award",
            f"契約締結日（{format_wareki(claimed)}）が落札決定日（{format_wareki(awarded_on)}）より前です。{rule.text}",
            rule.source,
            "契約書に記載した日付をご確認ください。",
        )
    if claimed > today:
        raise RuleViolation(
            "contract_date_in_future",
            f"契約締結日（{format_wareki(claimed)}）が今日より後です。",
            remedy="契約を締結してから記録します。",
        )
