"""Checks of guarantees (突合): truth tables of every line, and what holds whatever the papers say. (GUAR-75, AMB-29)"""

import dataclasses
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantees.certificates import Certificate, CertificateContents, CertificateEntry, Target
from guarantees.checks import CheckLine, Need, Result, compare, overall
from guarantees.names import (
    Likeness,
    compare_companies,
    compare_contractors,
    compare_orderers,
    compare_works,
)
from guarantees.notices import Notice
from guarantees.products import Product
from portal.clock import TOKYO
from procurement.cities.kinds import GuaranteeKind

MATCH, LOOK, MISMATCH = Result.MATCH, Result.LOOK, Result.MISMATCH
ISSUED = datetime(2026, 5, 1, 9, 0, tzinfo=TOKYO)
CONTENTS = CertificateContents(
    product=Product.CONTRACT,
    orderer="見本市長",
    contractor="見本建設株式会社",
    work_name="市道1号線道路改良工事（第1工区）",
    contract_price=50_000_000,
    guaranteed_amount=5_000_000,
    contracted_on=date(2026, 5, 7),
    work_starts_on=date(2026, 5, 8),
    work_ends_on=date(2027, 3, 20),
    guarantee_starts_on=date(2026, 5, 7),
    guarantee_ends_on=date(2027, 3, 20),
)
NEED = Need(
    obligation=GuaranteeKind.CONTRACT,
    orderer_names=("見本市長", "見本市水道事業管理者"),
    contractor_names=("見本建設株式会社",),
    work_name="市道1号線道路改良工事（第1工区）",
    contract_price=50_000_000,
    least_amount=5_000_000,
    starts_on=date(2026, 5, 8),
    ends_on=date(2027, 3, 20),
    contracted_on=date(2026, 5, 7),
    told_at=ISSUED + timedelta(hours=1),
    sources={"guaranteed_amount": "見本市契約規則"},
)
TOLD = Notice(guarantee_contract_number="31072-0001M", product="契約保証", issuer="東日本建設業保証(株)")


def certificate(
    contents: CertificateContents = CONTENTS,
    *later: tuple[Target, timedelta],
    issuer: str = "east",
    number: str = "31072-0001M",
) -> Certificate:
    """A certificate of ISSUED, with later entries of the same contents."""
    entries = [CertificateEntry(1, ISSUED, Target.NEW, contents)]
    entries += [CertificateEntry(n, ISSUED + by, target, contents) for n, (target, by) in enumerate(later, 2)]
    return Certificate(number, issuer, tuple(entries))


def lines(
    told: Notice | None = TOLD, found: Certificate | None = None, need: Need = NEED
) -> dict[str, CheckLine]:
    return {line.code: line for line in compare(told, found or certificate(), need)}


def of(found: dict[str, Any], needed: dict[str, Any] | None = None, **how: Any) -> dict[str, CheckLine]:
    """The lines after changes of the certificate's contents and of the need."""
    contents = dataclasses.replace(CONTENTS, **found)
    return lines(found=certificate(contents, **how), need=dataclasses.replace(NEED, **(needed or {})))


def test_what_fits_matches_in_every_line() -> None:
    found = compare(TOLD, certificate(), NEED)
    assert [(line.code, line.result) for line in found if line.result is not MATCH] == []
    assert overall(found) is MATCH
    assert len({line.code for line in found}) == len(found) == 14
    assert all(line.words.endswith("。") and line.label for line in found)
    assert {line.code: line.source for line in found}["guaranteed_amount"] == "見本市契約規則"
    assert [CheckLine.from_json(line.to_json()) for line in found] == list(found)


ADVANCE = {
    "obligation": GuaranteeKind.ADVANCE_PAYMENT,
    "least_amount": 18_000_000,
    "largest_amount": 20_000_000,
}


@pytest.mark.parametrize(
    ("code", "found", "needed", "result"),
    [
        ("product", {"product": Product.ADVANCE_PAYMENT}, {}, MISMATCH),
        ("contractor", {"contractor": "㈱見本建設"}, {}, LOOK),
        ("contractor", {"contractor": "見本建設（株）"}, {}, MATCH),
        ("contractor", {"contractor": "別の建設株式会社"}, {}, MISMATCH),
        ("contractor", {"contractor": "髙橋工務店"}, {"contractor_names": ("高橋工務店",)}, LOOK),
        ("contractor", {"joint_venture": "見本・手本共同企業体"}, {}, LOOK),
        (
            "contractor",
            {"joint_venture": "見本・手本共同企業体"},
            {"contractor_names": ("見本・手本共同企業体",)},
            MATCH,
        ),
        ("contractor", {}, {"contractor_names": ("見本・手本共同企業体",)}, LOOK),
        ("contractor", {}, {"contractor_names": ("手本・仮名共同企業体",)}, MISMATCH),
        ("contractor", {}, {"contractor_names": ("見本橋特定建設工事共同企業体",)}, LOOK),
        ("contractor", {}, {"contractor_names": ("甲・乙共同企業体（代表者 見本建設(株)）",)}, LOOK),
        ("contractor", {}, {"contractor_names": ("甲・乙共同企業体 代表者 別の建設(株)",)}, MISMATCH),
        ("orderer", {"orderer": "見本市長　見本 太郎 様"}, {}, MATCH),
        ("orderer", {"orderer": "見本市水道事業管理者"}, {}, MATCH),
        ("orderer", {"orderer": "見本市"}, {}, LOOK),
        ("orderer", {"orderer": "手本市長"}, {}, MISMATCH),
        ("work_name", {"work_name": "市道１号線　道路改良工事(第１工区)"}, {}, MATCH),
        ("work_name", {"work_name": "市道一号線道路改良工事（第一工区）"}, {}, LOOK),
        ("work_name", {"work_name": "市道1号線道路改良工事（第2工区）"}, {}, MISMATCH),
        ("work_name", {"work_name": "市道1号線道路改良工事"}, {}, LOOK),
        ("work_name", {"work_name": "庁舎清掃業務"}, {}, MISMATCH),
        ("contract_price", {"contract_price": 49_000_000}, {}, LOOK),
        ("contract_price", {"contract_price": 20_000_000}, {}, MISMATCH),
        ("contract_price", {"contract_price": 20_000_000}, {"earlier_prices": (20_000_000,)}, LOOK),
        ("guaranteed_amount", {"guaranteed_amount": 4_999_999}, {}, MISMATCH),
        ("guaranteed_amount", {"guaranteed_amount": 5_000_000}, {}, MATCH),
        ("guaranteed_amount", {}, {"least_amount": None}, LOOK),
        ("guaranteed_amount", {"guaranteed_amount": 20_000_000}, ADVANCE, MATCH),
        ("guaranteed_amount", {"guaranteed_amount": 20_000_001}, ADVANCE, MISMATCH),
        ("guaranteed_amount", {"guaranteed_amount": 17_999_999}, ADVANCE, MISMATCH),
        ("guarantee_period", {"guarantee_ends_on": date(2027, 3, 19)}, {}, MISMATCH),
        ("guarantee_period", {"guarantee_ends_on": date(2027, 3, 21)}, {}, MATCH),
        ("guarantee_period", {"guarantee_starts_on": date(2026, 5, 9)}, {}, MISMATCH),
        ("guarantee_period", {"guarantee_starts_on": date(2026, 5, 9)}, ADVANCE, MATCH),
        ("guarantee_period", {"guarantee_ends_on": None}, {}, LOOK),
        ("guarantee_period", {}, {"ends_on": None}, LOOK),
        ("work_period", {"work_ends_on": date(2027, 3, 10)}, {}, LOOK),
        ("work_period", {"work_starts_on": None, "work_ends_on": None}, {}, MATCH),
        ("contracted_on", {"contracted_on": date(2026, 5, 17)}, {}, LOOK),
        ("contracted_on", {"contracted_on": date(2025, 5, 7)}, {}, MISMATCH),
        ("contracted_on", {"contracted_on": None}, {}, MATCH),
        ("contracted_on", {}, {"contracted_on": None}, MATCH),
        ("consistency", {"guarantee_ends_on": date(2026, 5, 6)}, {}, LOOK),
        ("consistency", {"guarantee_ends_on": date(2026, 5, 8)}, {}, LOOK),
        ("consistency", {"guaranteed_amount": 50_000_001}, {}, LOOK),
        ("consistency", {"contracted_on": date(2027, 3, 21)}, {}, LOOK),
    ],
)
def test_each_line_by_its_table(
    code: str, found: dict[str, Any], needed: dict[str, Any], result: Result
) -> None:
    assert of(found, needed)[code].result is result


def test_the_period_of_the_west_follows_the_work() -> None:
    """GUAR-61: no certificate is issued for a changed work period, so a shorter guarantee is looked at."""
    west = {"issuer": "west", "number": "2070004426"}
    longer = {"ends_on": date(2027, 5, 20)}
    followed = of({}, longer, **west)["guarantee_period"]
    assert (followed.result, "自動的に" in followed.words) == (LOOK, True)
    assert followed.source
    assert of({}, longer)["guarantee_period"].result is MISMATCH
    contradicted = of({"work_ends_on": date(2027, 5, 20)}, longer, **west)["guarantee_period"]
    assert contradicted.result is MISMATCH


def test_what_changed_or_ended_since() -> None:
    hour, minute = timedelta(hours=2), timedelta(minutes=2)
    assert lines(found=certificate(CONTENTS, (Target.CHANGE, minute)))["changed"].result is MATCH
    changed = certificate(CONTENTS, (Target.CHANGE, hour))
    assert lines(found=changed)["changed"].result is LOOK
    accepted = dataclasses.replace(NEED, accepted_sha256=CONTENTS.sha256)
    assert lines(found=changed, need=accepted)["changed"].result is MATCH
    other = dataclasses.replace(NEED, accepted_sha256="0" * 64)
    assert lines(need=other)["changed"].result is LOOK
    ended = lines(found=certificate(CONTENTS, (Target.CANCELLATION, hour)))["cancelled"]
    assert (ended.result, "解約" in ended.words) == (MISMATCH, True)


@pytest.mark.parametrize(
    ("code", "told", "result"),
    [
        ("number", {"guarantee_contract_number": "31072-0002M"}, MISMATCH),
        ("number", {"guarantee_contract_number": None}, MATCH),
        ("issuer", {"issuer": "西日本建設業保証株式会社"}, MISMATCH),
        ("issuer", {"issuer": None}, MATCH),
        ("product", {"product": "前払金保証"}, LOOK),
        ("contractor", {"contractor": "別の建設株式会社"}, LOOK),
        ("contractor", {"contractor": "見本建設㈱"}, MATCH),
        ("orderer", {"orderer": "手本市長"}, LOOK),
        ("work_name", {"work_name": "庁舎清掃業務"}, LOOK),
    ],
)
def test_the_notice_is_compared_with_the_certificate(code: str, told: dict[str, Any], result: Result) -> None:
    line = lines(dataclasses.replace(TOLD, **told))[code]
    assert line.result is result
    assert line.told == (next(iter(told.values())) or "")


def test_a_number_of_another_company_is_looked_at() -> None:
    assert lines(None, certificate(issuer="west"))["issuer"].result is LOOK
    assert lines(None, certificate(issuer="unknown"))["issuer"].result is LOOK


days = st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2032, 12, 31)))
words = st.text(alphabet="見本市長第1２工区株式会社(JV)・ -髙高 ", max_size=12)
amounts = st.integers(min_value=0, max_value=10**12)
some_contents = st.builds(
    CertificateContents,
    product=st.sampled_from(Product),
    orderer=words,
    contractor=words,
    work_name=words,
    contract_price=amounts,
    guaranteed_amount=amounts,
    joint_venture=words,
    contracted_on=days,
    work_starts_on=days,
    work_ends_on=days,
    guarantee_starts_on=days,
    guarantee_ends_on=days,
)
some_needs = st.builds(
    Need,
    obligation=st.sampled_from(GuaranteeKind),
    orderer_names=st.lists(words, max_size=2).map(tuple),
    contractor_names=st.lists(words, max_size=2).map(tuple),
    work_name=words,
    contract_price=amounts,
    least_amount=st.one_of(st.none(), amounts),
    largest_amount=st.one_of(st.none(), amounts),
    starts_on=days,
    ends_on=days,
    contracted_on=days,
)


@given(some_contents, some_needs)
@settings(max_examples=150, deadline=None)
def test_whatever_the_papers_say_every_line_is_judged(contents: CertificateContents, need: Need) -> None:
    found = compare(None, certificate(contents), need)
    assert len(found) == 14
    assert overall(found) is max((line.result for line in found), key=list(Result).index)
    by_code = {line.code: line.result for line in found}
    # what must never pass as a match
    if contents.product.value != need.obligation.value:
        assert by_code["product"] is MISMATCH
    if need.least_amount is not None and contents.guaranteed_amount < need.least_amount:
        assert by_code["guaranteed_amount"] is MISMATCH
    if need.largest_amount is not None and contents.guaranteed_amount > need.largest_amount:
        assert by_code["guaranteed_amount"] is MISMATCH
    ends, needed = contents.guarantee_ends_on, need.ends_on
    if ends is None or needed is None or ends < needed:
        assert by_code["guarantee_period"] is not MATCH
    if contents.contract_price != need.contract_price:
        assert by_code["contract_price"] is not MATCH


@given(words, words)
def test_names_compare_alike_both_ways_and_with_themselves(one: str, other: str) -> None:
    for how in (compare_companies, compare_works):
        assert how(one, other).likeness == how(other, one).likeness
        wide = one.translate({ord(c): ord(c) + 0xFEE0 for c in "1()-"})
        assert how(one, wide).likeness == how(one, one).likeness
    assert compare_orderers(one, one).likeness == compare_companies(one, one).likeness
    assert compare_contractors(one, "", one).likeness in Likeness


def test_a_section_of_a_work_is_never_lost() -> None:
    for one, other in (
        ("工事第1工区", "工事第2工区"),
        ("工事（その1）", "工事（その2）"),
        ("工事1号", "工事11号"),
    ):
        assert compare_works(one, other).likeness is Likeness.DIFFERENT
