"""Named rules (検査規則) that a form file refers to by name: `checks = ["not_in_future"]`.

A rule for one field takes (field, value, facts); a rule across fields takes (fields, values, facts). Either gives
a `Finding` or None. A finding that blocks is an error; the others are shown and the form goes through.
"""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import pairwise

from forms.facts import FormFacts
from forms.findings import Finding
from forms.model import Field
from forms.texts import half_width, searchable
from forms.work_checks import (
    advance_within_share,
    concurrent_limits,
    drawn_or_uploaded,
    full_time_required,
    guarantee_number_missing,
    named_elsewhere,
)
from procurement.cities.parts import has_domain

FieldCheck = Callable[[Field, object, FormFacts], Finding | None]
FormCheckRule = Callable[[tuple[Field, ...], Mapping[str, object], FormFacts], Finding | None]


def not_in_future(field: Field, value: object, facts: FormFacts) -> Finding | None:
    """FORM-A02: the date of a form is not after today."""
    if isinstance(value, date) and value > facts.today:
        return Finding(
            field.key, f"{field.label}に、今日より後の日付は書けません。今日までの日付を書いてください。"
        )
    return None


def free_mail_warning(field: Field, value: object, facts: FormFacts) -> Finding | None:
    """CITY-44, FORM-I10: free-mail and carrier-mail addresses are advised against, never refused."""
    address = str(value)
    lists = (
        ("フリーメール", facts.free_mail_domains),
        ("携帯電話会社のキャリアメール", facts.carrier_mail_domains),
    )
    for kind, domains in lists:
        if has_domain(address, domains):
            return Finding(
                field.key,
                f"「{address.rpartition('@')[2].lower()}」は{kind}のアドレスです。会社のメールアドレスの利用が推奨されています。"
                "このままでも提出できます。",
                blocks=False,
            )
    return None


def register_mismatch(field: Field, value: object, facts: FormFacts) -> Finding | None:
    """CITY-68, FORM-T15: registered bidders write what the register says; a difference is only shown."""
    registered = facts.registered.get(field.means) if field.means else None
    if not registered or searchable(registered) == searchable(str(value)):
        return None
    return Finding(
        field.key,
        f"{field.label}が競争入札参加資格の登録内容「{registered}」と違います。"
        "登録のとおりに書くか、登録が変わったことを市の担当者に伝えてください。このままでも提出できます。",
        blocks=False,
    )


def same_as_case(field: Field, value: object, facts: FormFacts) -> Finding | None:
    """FORM-A07, FORM-I08: the name on the form is the name of the case."""
    known = facts.known.get(field.means) if field.means else None
    if not known or searchable(known) == searchable(str(value)):
        return None
    return Finding(field.key, f"{field.label}は案件の名称と同じにします。「{known}」と書いてください。")


def same_as_contract(field: Field, value: object, facts: FormFacts) -> Finding | None:
    """FORM-I06: the applicant stands on the form as the contract names the contractor; a difference is only shown."""
    known = facts.known.get(field.means) if field.means else None
    if not known or searchable(known) == searchable(str(value)):
        return None
    return Finding(
        field.key,
        f"{field.label}が契約書の受注者欄「{known}」と違います。"
        "同じに書くか、契約書の受注者欄を直す必要があることを市の担当者に伝えてください。このままでも提出できます。",
        blocks=False,
    )


def digits_only(field: Field, value: object, facts: FormFacts) -> Finding | None:
    """Numbers of accounts and the like: digits alone, full-width ones are taken."""
    if half_width(str(value)).isdecimal():
        return None
    return Finding(field.key, f"{field.label}は、数字だけで書いてください（空白や記号は入れません）。")


def both_or_neither(
    fields: tuple[Field, ...], values: Mapping[str, object], _facts: FormFacts
) -> Finding | None:
    """FORM-A11: a clerk has a name and an address, or neither."""
    empty = [field for field in fields if _is_empty(values.get(field.key))]
    if not empty or len(empty) == len(fields):
        return None
    filled = [field.label for field in fields if field not in empty]
    return Finding(
        empty[0].key,
        f"{'と'.join(filled)}を書いたときは、{empty[0].label}も書いてください。不要なときは両方とも空欄にします。",
    )


def no_gap(fields: tuple[Field, ...], values: Mapping[str, object], _facts: FormFacts) -> Finding | None:
    """FORM-A12: numbered persons are filled in from the first, without a gap."""
    missing: Field | None = None
    for field in fields:
        if _is_empty(values.get(field.key)):
            missing = missing or field
        elif missing is not None:
            return Finding(
                missing.key,
                f"{missing.label}が空欄のまま、{field.label}が書かれています。前の欄から順に書いてください。",
            )
    return None


def all_different(
    fields: tuple[Field, ...], values: Mapping[str, object], _facts: FormFacts
) -> Finding | None:
    """The same answer may not stand in two of these fields (one address for one person)."""
    seen: dict[str, Field] = {}
    for field in fields:
        value = values.get(field.key)
        if _is_empty(value):
            continue
        earlier = seen.setdefault(searchable(str(value)), field)
        if earlier is not field:
            return Finding(
                field.key,
                f"{field.label}が{earlier.label}と同じです。別のものを書くか、空欄にしてください。",
            )
    return None


def in_order(fields: tuple[Field, ...], values: Mapping[str, object], _facts: FormFacts) -> Finding | None:
    """The days of these fields follow each other: the end is not before the start."""
    days = [(field, day) for field in fields if isinstance(day := values.get(field.key), date)]
    for (first, earlier), (second, later) in pairwise(days):
        if later < earlier:
            return Finding(
                second.key,
                f"{second.label}が{first.label}より前の日になっています。どちらかの日付を直してください。",
            )
    return None


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value is False


FIELD_CHECKS: dict[str, FieldCheck] = {
    rule.__name__: rule
    for rule in (
        not_in_future,
        free_mail_warning,
        register_mismatch,
        same_as_case,
        same_as_contract,
        digits_only,
        named_elsewhere,
    )
}
FORM_CHECKS: dict[str, FormCheckRule] = {
    rule.__name__: rule
    for rule in (
        both_or_neither,
        no_gap,
        all_different,
        in_order,
        drawn_or_uploaded,
        full_time_required,
        concurrent_limits,
        advance_within_share,
        guarantee_number_missing,
    )
}
