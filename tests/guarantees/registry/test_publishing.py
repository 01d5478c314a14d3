"""Publishing: what the registry takes, what it keeps, and what it shows of it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guarantees.certificates import Certificate, VersionKind
from guarantees.errors import GuaranteeRefused
from guarantees.keys import AuthenticationKey
from guarantees.products import Product
from guarantees.registry.orm import CertificateVersion, RegistryCertificate
from portal.database import Database
from tests.guarantees.registry.samples import (
    CONTENTS,
    HASHER,
    KEY,
    NOW,
    NUMBER,
    OTHER_ORDERER,
    add_orderers,
    contents,
    later,
    publication,
    published,
)

CHANGE, CORRECTION = VersionKind.CHANGE, VersionKind.CORRECTION
WITHDRAWN, CANCELLATION = VersionKind.CHANGE_WITHDRAWN, VersionKind.CANCELLATION
DEARER = contents(guaranteed_amount=22_000_000)
LONGER = contents(guaranteed_amount=22_000_000, work_name="町道一号線舗装工事（延長）")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writers() as opened:
        add_orderers(opened)
        yield opened
        opened.rollback()


def shown(certificate: RegistryCertificate) -> list[tuple[int, str, int]]:
    """Number, target and guaranteed amount of each visible entry, as the row keeps them."""
    return [
        (entry["number"], entry["target"], entry["contents"]["guaranteed_amount"])
        for entry in certificate.history
    ]


def kinds(certificate: RegistryCertificate) -> list[str]:
    return [version.kind.value for version in certificate.versions]


def test_a_new_certificate_arrives_with_its_moment(session: Session) -> None:
    certificate = published(session)
    assert shown(certificate) == [(1, "new", 20_000_000)]
    read = Certificate.from_json(
        {"guarantee_contract_number": NUMBER, "issuer": "east", "history": certificate.history}
    )
    assert read.entries[0].arrived_at == NOW
    assert read.latest == CONTENTS
    assert certificate.versions[0].contents_sha256 == CONTENTS.sha256


def test_the_key_is_nowhere_but_as_a_keyed_hash(session: Session) -> None:
    certificate = published(session)
    assert certificate.key_hash == HASHER.hash("east", NUMBER, KEY)
    assert certificate.key_hash != HASHER.hash("hokkaido", NUMBER, KEY)
    assert KEY.reveal() not in repr(vars(certificate)) + repr(vars(certificate.versions[0])) + repr(HASHER)


def test_a_change_adds_to_the_history_and_keeps_number_and_key(session: Session) -> None:
    before = published(session).key_hash
    certificate = published(session, CHANGE, contents=DEARER, now=later(5))
    assert shown(certificate) == [(1, "new", 20_000_000), (2, "change", 22_000_000)]
    assert certificate.key_hash == before


def test_a_correction_takes_the_place_of_what_it_corrects(session: Session) -> None:
    published(session)
    published(session, CHANGE, contents=DEARER, now=later(5))
    certificate = published(session, CORRECTION, contents=LONGER, now=later(9), reason="工事名の誤り")
    assert shown(certificate) == [(1, "new", 20_000_000), (2, "change", 22_000_000)]
    assert certificate.history[-1]["contents"]["work_name"] == LONGER.work_name
    assert kinds(certificate) == ["new", "change", "correction"]


def test_a_withdrawn_change_is_kept_but_not_shown(session: Session) -> None:
    published(session)
    published(session, CHANGE, contents=DEARER, now=later(5))
    certificate = published(session, WITHDRAWN, now=later(9), reason="変更なし")
    assert shown(certificate) == [(1, "new", 20_000_000)]
    assert kinds(certificate) == ["new", "change", "change_withdrawn"]


def test_two_changes_are_taken_back_one_after_the_other_by_their_references(session: Session) -> None:
    published(session)
    published(session, CHANGE, contents=DEARER, now=later(1))
    published(session, CHANGE, contents=LONGER, now=later(2))
    published(session, WITHDRAWN, now=later(3), reference="w-1")
    published(session, WITHDRAWN, now=later(4), reference="w-1")
    assert len(published(session, WITHDRAWN, now=later(5), reference="w-2").history) == 1
    with pytest.raises(GuaranteeRefused, match="取り消せる変更はありません"):
        published(session, WITHDRAWN, now=later(6), reference="w-3")


def test_a_cancellation_ends_it(session: Session) -> None:
    published(session)
    certificate = published(session, CANCELLATION, now=later(5), reason="契約解除")
    assert shown(certificate)[-1][1] == "cancellation"
    assert published(session, CANCELLATION, now=later(6)).versions[-1].arrived_at == later(5)
    for kind in (CHANGE, CORRECTION, WITHDRAWN):
        with pytest.raises(GuaranteeRefused, match="解約されている"):
            published(session, kind, contents=DEARER, now=later(7))


@pytest.mark.parametrize("reference", [None, "desk-17"])
def test_the_same_publication_twice_changes_nothing(session: Session, reference: str | None) -> None:
    assert published(session, reference=reference) is published(session, now=later(3), reference=reference)
    for minute in (5, 6):
        published(session, CHANGE, contents=DEARER, now=later(minute), reference="c-1")
    for minute in (7, 8):
        published(session, CORRECTION, contents=LONGER, now=later(minute))
    for minute in (9, 10):
        certificate = published(session, WITHDRAWN, now=later(minute))
    again = published(session, CHANGE, contents=DEARER, now=later(11), reference="c-1")
    assert kinds(again) == ["new", "change", "correction", "change_withdrawn"]
    assert [version.arrived_at for version in certificate.versions] == [NOW, later(5), later(7), later(9)]
    assert session.scalar(select(func.count()).select_from(CertificateVersion)) == 4


def test_a_reference_belongs_to_one_publication(session: Session) -> None:
    published(session)
    published(session, CHANGE, contents=DEARER, now=later(5), reference="c-1")
    with pytest.raises(GuaranteeRefused, match="c-1"):
        published(session, CHANGE, contents=LONGER, now=later(6), reference="c-1")
    with pytest.raises(GuaranteeRefused, match="c-1"):
        published(session, CANCELLATION, now=later(7), reference="c-1")
    assert kinds(published(session, CANCELLATION, now=later(8), reference="c-2"))[-1] == "cancellation"
    again = published(session, CANCELLATION, now=later(9), reference="c-3")
    assert (len(again.versions), again.versions[-1].arrived_at) == (3, later(8))


def test_contents_are_asked_of_what_has_any_and_ignored_elsewhere(session: Session) -> None:
    for kind in (VersionKind.NEW, CHANGE, CORRECTION):
        if kind is CHANGE:
            published(session)
        with pytest.raises(GuaranteeRefused, match="記載事項がありません"):
            published(session, kind, contents=None)
    ended = published(session, CANCELLATION, contents=DEARER)
    assert shown(ended)[-1] == (2, "cancellation", CONTENTS.guaranteed_amount)


def test_a_publication_prints_without_its_key() -> None:
    said = publication()
    assert KEY.reveal() not in f"{said} {said!r}"
    assert NUMBER in repr(said)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contents": contents(product=Product.CONTRACT_RESERVATION)}, "registry.paper_only"),
        ({"orderer": "nowhere"}, "registry.orderer_unsupported"),
        ({"orderer": "yukinohara"}, "registry.orderer_not_started"),
        ({"number": "2070004426"}, "registry.number_shape"),
        ({"number": "31072-0001m"}, "registry.number_shape"),
        ({"issuer": "nobody"}, "registry.issuer_unknown"),
        ({"key": AuthenticationKey("short")}, "registry.key_shape"),
        ({"contents": contents(guaranteed_amount=0)}, "registry.contents"),
        ({"contents": contents(work_name="  ")}, "registry.contents"),
        ({"contents": contents(branch="支店\0")}, "registry.contents"),
        ({"contents": contents(work_ends_on=contents().contracted_on)}, "registry.contents"),
        ({"contents": contents(contracted_on=date(1026, 5, 1))}, "registry.contents"),
    ],
)
def test_what_is_not_taken(session: Session, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(GuaranteeRefused) as refused:
        published(session, **changes)
    assert refused.value.code == code
    assert refused.value.remedy or code == "registry.issuer_unknown"
    assert "short" not in refused.value.sentence()
    assert session.scalar(select(func.count()).select_from(RegistryCertificate)) == 0


def test_the_refusal_of_a_reservation_says_what_is_open(session: Session) -> None:
    with pytest.raises(GuaranteeRefused) as refused:
        published(session, contents=contents(product=Product.CONTRACT_RESERVATION))
    assert "契約保証予約（入札ボンド）は、電子保証の対象外です。" in refused.value.text
    assert "書面" in refused.value.remedy


@pytest.mark.parametrize(
    "changes",
    [{"orderer": OTHER_ORDERER}, {"contents": DEARER}, {"key": AuthenticationKey("another1key2")}],
)
def test_a_number_is_taken_once(session: Session, changes: dict[str, Any]) -> None:
    published(session)
    with pytest.raises(GuaranteeRefused, match="すでに登録されています"):
        published(session, **changes)


def test_a_change_keeps_product_and_orderer(session: Session) -> None:
    published(session)
    with pytest.raises(GuaranteeRefused, match="商品は変えられません"):
        published(session, CHANGE, contents=contents(product=Product.CONTRACT), now=later(1))
    with pytest.raises(GuaranteeRefused, match="被保証者"):
        published(session, CHANGE, contents=contents(orderer="月形市長"), now=later(1))
    published(session, CORRECTION, contents=contents(orderer="星野町長 職務代理者"), now=later(1))


def test_nothing_is_published_of_an_unknown_number(session: Session) -> None:
    with pytest.raises(GuaranteeRefused, match="登録されていません"):
        published(session, CHANGE, contents=DEARER, now=NOW)
