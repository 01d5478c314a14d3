"""Signers' certificates from request to revocation, on both databases; every wrong PIN stays counted."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs7,
)
from sqlalchemy import select

from signing import certificates as life
from signing.certificates import Holder, Subject
from signing.key_custody import KeyVault, WrongPin
from signing.modes import CertificateStatus, KeyCustody
from signing.orm_certificates import SignerCertificate
from signing.pades.ca_parts import certificate_builder, with_extensions
from signing.pades.certificate_requests import key_usage, make_request, new_key
from signing.pades.demo_pki import NOT_AFTER, NOT_BEFORE, DemoPki, open_demo_pki
from signing.pades.issued_chains import BadCertificate, read_certificates
from signing.pades.trust import TrustStore
from signing.testing import NOON

SECRET = b"0123456789abcdef0123456789abcdef"
HOLDER = Holder(
    "company-1", "taro@example.co.jp", Subject("山田 太郎", "株式会社山田建設", title="代表取締役")
)


@pytest.fixture(scope="module")
def vault() -> KeyVault:
    return KeyVault(SECRET, cost=14)


@pytest.fixture
def pki(keys: Path, tmp_path: Path) -> DemoPki:
    shutil.copytree(keys, tmp_path / "keys")
    return open_demo_pki(tmp_path / "keys")


@pytest.fixture
def trust(pki: DemoPki) -> TrustStore:
    return TrustStore(demo=(pki.ca.root,))


@pytest.fixture(scope="module")
def prepared(vault: KeyVault) -> life.PreparedRequest:
    return life.prepare_request(vault, HOLDER)


def asked(transaction, prepared) -> str:
    with transaction() as session:
        return life.request_certificate(session, prepared, NOON, authority="デモ").id


def issued(transaction, pki, prepared, now=NOON) -> str:
    certificate_id = asked(transaction, prepared)
    with transaction() as session:
        life.issue_from_built_in_ca(session, pki.ca, certificate_id, now)
    return certificate_id


def confirmed(transaction, vault, pki, prepared) -> str:
    certificate_id = issued(transaction, pki, prepared)
    life.confirm_certificate(transaction, vault, certificate_id, prepared.pin, NOON)
    return certificate_id


def row(transaction, certificate_id) -> SignerCertificate:
    with transaction() as session:
        return life.certificate(session, certificate_id)


def status(transaction, certificate_id, now=NOON) -> CertificateStatus:
    return row(transaction, certificate_id).status_at(now)


# the way from request to use


def test_from_request_to_a_key_that_signs(transaction, vault, pki, prepared):
    certificate_id = asked(transaction, prepared)
    assert status(transaction, certificate_id) is CertificateStatus.REQUESTED
    with transaction() as session:
        life.issue_from_built_in_ca(session, pki.ca, certificate_id, NOON)
    assert status(transaction, certificate_id) is CertificateStatus.ISSUED
    with pytest.raises(life.NotConfirmed, match="証明書有効性確認の操作が未完了です"):
        life.unlock_key(transaction, vault, certificate_id, prepared.pin, NOON)
    life.confirm_certificate(transaction, vault, certificate_id, f" {prepared.pin}\r\n", NOON)
    assert status(transaction, certificate_id) is CertificateStatus.CONFIRMED

    key = life.unlock_key(transaction, vault, certificate_id, prepared.pin, NOON)
    signature = key.sign(b"a contract")
    public = x509.load_der_x509_certificate(key.certificate.dump()).public_key()
    public.verify(signature, b"a contract", ec.ECDSA(hashes.SHA256()))
    assert [each.dump() for each in key.chain] == [pki.certificates["issuing"].public_bytes(Encoding.DER)]
    with transaction() as session:
        usable = life.usable_certificates(session, "company-1", "taro@example.co.jp", NOON)
        nobodys = life.usable_certificates(session, "company-2", "taro@example.co.jp", NOON)
    assert [each.id for each in usable] == [certificate_id]
    assert nobodys == []


def test_nothing_secret_lies_in_the_database(transaction, vault, pki, prepared):
    certificate_id = issued(transaction, pki, prepared)
    kept = row(transaction, certificate_id)
    values = [getattr(kept, column.key) for column in SignerCertificate.__table__.columns]
    key = vault.open(kept.sealed_key, prepared.pin, certificate_id)
    number = key.private_numbers().private_value.to_bytes(32, "big")
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert load_der_private_key(plain, None)
    for value in values:
        content = value if isinstance(value, bytes) else str(value).encode()
        assert number not in content
        assert plain not in content
        assert prepared.pin.encode() not in content
    assert prepared.pin not in repr(prepared)
    assert prepared.sealed_key.hex()[:16] not in repr(prepared)


# PINs


def test_the_fifth_wrong_pin_locks_for_good(transaction, vault, pki, prepared):
    certificate_id = confirmed(transaction, vault, pki, prepared)
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongPin, match=f"あと{left}回"):
            life.unlock_key(transaction, vault, certificate_id, "wrong-pin-1", NOON)
        assert row(transaction, certificate_id).pin_failures == 5 - left
    with pytest.raises(life.PinLocked):
        life.unlock_key(transaction, vault, certificate_id, "wrong-pin-1", NOON)
    assert status(transaction, certificate_id) is CertificateStatus.LOCKED
    for _ in range(2):
        with pytest.raises(life.PinLocked):
            life.unlock_key(transaction, vault, certificate_id, prepared.pin, NOON)


def test_the_right_pin_at_the_fifth_try_opens_and_the_count_begins_anew(transaction, vault, pki, prepared):
    certificate_id = confirmed(transaction, vault, pki, prepared)
    for _ in range(4):
        with pytest.raises(WrongPin):
            life.unlock_key(transaction, vault, certificate_id, "wrong-pin-1", NOON)
    assert life.unlock_key(transaction, vault, certificate_id, prepared.pin, NOON)
    assert row(transaction, certificate_id).pin_failures == 0
    assert status(transaction, certificate_id) is CertificateStatus.CONFIRMED


def test_a_count_that_was_never_tested_locks_at_the_next_try(transaction, vault, pki, prepared):
    """A process that is killed between the count and the test must not give a sixth try."""
    certificate_id = confirmed(transaction, vault, pki, prepared)
    with transaction() as session:
        life.certificate(session, certificate_id).pin_failures = 5
    with pytest.raises(life.PinLocked):
        life.unlock_key(transaction, vault, certificate_id, prepared.pin, NOON)
    assert status(transaction, certificate_id) is CertificateStatus.LOCKED


def test_many_guesses_at_one_instant_are_all_counted(transaction, vault, pki, prepared):
    certificate_id = confirmed(transaction, vault, pki, prepared)

    def guess(_: int) -> str:
        try:
            life.unlock_key(transaction, vault, certificate_id, "wrong-pin-1", NOON)
        except (WrongPin, life.PinLocked) as refused:
            return refused.code
        return "opened"

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(guess, range(8)))
    assert told.count("wrong_pin") == 4
    assert told.count("pin_locked") == 4
    assert status(transaction, certificate_id) is CertificateStatus.LOCKED


def test_the_confirmation_counts_wrong_pins_too(transaction, vault, pki, prepared):
    certificate_id = issued(transaction, pki, prepared)
    with pytest.raises(WrongPin):
        life.confirm_certificate(transaction, vault, certificate_id, "wrong-pin-1", NOON)
    assert row(transaction, certificate_id).pin_failures == 1
    assert status(transaction, certificate_id) is CertificateStatus.ISSUED


def test_a_changed_pin_opens_and_the_old_one_no_more(transaction, vault, pki, prepared):
    certificate_id = confirmed(transaction, vault, pki, prepared)
    life.change_pin(transaction, vault, certificate_id, prepared.pin, "new-Pin-2026", NOON)
    assert life.unlock_key(transaction, vault, certificate_id, "new-Pin-2026", NOON)
    with pytest.raises(WrongPin):
        life.unlock_key(transaction, vault, certificate_id, prepared.pin, NOON)
    with pytest.raises(WrongPin):
        life.change_pin(transaction, vault, certificate_id, "wrong-pin-1", "new-Pin-2027", NOON)


def test_another_installation_cannot_open_a_copied_database(transaction, vault, pki, prepared):
    certificate_id = confirmed(transaction, vault, pki, prepared)
    with pytest.raises(Exception, match="KEY_SECRET"):
        life.unlock_key(
            transaction, KeyVault(b"another secret of 32 characters!", 14), certificate_id, prepared.pin, NOON
        )


# end


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"not_after": NOON - timedelta(days=1)}, "有効期間は終わって"),
        ({"not_before": NOON + timedelta(days=1)}, "まだ始まって"),
        ({"revoked_at": NOON}, "失効して"),
    ],
)
def test_a_certificate_that_does_not_hold_does_not_sign(transaction, vault, pki, prepared, change, told):
    certificate_id = confirmed(transaction, vault, pki, prepared)
    with transaction() as session:
        kept = life.certificate(session, certificate_id)
        for name, value in change.items():
            setattr(kept, name, value)
    with pytest.raises(life.CertificateUnusable, match=told):
        life.unlock_key(transaction, vault, certificate_id, prepared.pin, NOON)


def test_a_revocation_destroys_the_key_and_is_told_to_the_world(transaction, vault, pki, prepared):
    certificate_id = confirmed(transaction, vault, pki, prepared)
    with transaction() as session:
        life.revoke(
            session, certificate_id, "退職", NOON, ca=pki.ca, flag=x509.ReasonFlags.affiliation_changed
        )
    kept = row(transaction, certificate_id)
    assert kept.status_at(NOON) is CertificateStatus.REVOKED
    assert kept.sealed_key is None
    assert kept.revocation_reason == "退職"
    told = pki.ca.revocation(int(kept.serial, 16))
    assert (told.at, told.reason) == (NOON, x509.ReasonFlags.affiliation_changed)


def test_renewal_leaves_the_old_one_until_it_ends(transaction, vault, pki, prepared):
    old = confirmed(transaction, vault, pki, prepared)
    following = life.prepare_request(vault, HOLDER)
    with transaction() as session:
        new = life.renew(session, old, following, NOON, authority="デモ").id
    with transaction() as session:
        life.issue_from_built_in_ca(session, pki.ca, new, NOON)
    life.confirm_certificate(transaction, vault, new, following.pin, NOON + timedelta(minutes=1))
    with transaction() as session:
        usable = life.usable_certificates(session, HOLDER.owner, HOLDER.email, NOON)
    assert {each.id for each in usable} == {old, new}
    assert row(transaction, new).renews_id == old


def test_notices_are_due_sixty_thirty_and_seven_days_before_the_end(transaction, vault, pki, prepared):
    certificate_id = issued(transaction, pki, prepared)
    ends = row(transaction, certificate_id).not_after
    told = []
    for days in (90, 61, 60, 59, 31, 30, 10, 7, 6, 1, -1):
        with transaction() as session:
            for each, threshold in life.expiring(session, ends - timedelta(days=days)):
                told.append((days, threshold))
                each.expiry_noticed_for = threshold
    assert told == [(60, 60), (30, 30), (7, 7)]


def test_late_start_of_the_notices_brings_only_the_nearest(transaction, vault, pki, prepared):
    certificate_id = issued(transaction, pki, prepared)
    ends = row(transaction, certificate_id).not_after
    with transaction() as session:
        assert [days for _, days in life.expiring(session, ends - timedelta(days=5))] == [7]
        life.certificate(session, certificate_id).revoked_at = NOON
    with transaction() as session:
        assert life.expiring(session, ends - timedelta(days=5)) == []


# import


def test_a_chain_is_imported_from_every_usual_format(transaction, vault, pki, trust, prepared):
    leaf = pki.ca.issue(prepared.request, NOON)
    chain = [leaf, pki.certificates["issuing"]]
    files = (
        b"".join(each.public_bytes(Encoding.PEM) for each in reversed(chain)),
        pkcs7.serialize_certificates(chain, Encoding.DER),
        pkcs7.serialize_certificates(chain, Encoding.PEM),
    )
    for content in files:
        assert set(read_certificates(content)) == set(chain)
    certificate_id = asked(transaction, prepared)
    with transaction() as session:
        life.import_certificate(session, certificate_id, files[1], trust, NOON)
    kept = row(transaction, certificate_id)
    assert kept.certificate == leaf.public_bytes(Encoding.DER)
    assert kept.chain == pki.certificates["issuing"].public_bytes(Encoding.DER)
    life.confirm_certificate(transaction, vault, certificate_id, prepared.pin, NOON)
    assert life.unlock_key(transaction, vault, certificate_id, prepared.pin, NOON)


def test_a_der_certificate_alone_finds_its_issuer_among_the_known_ones(transaction, pki, prepared):
    leaf = pki.ca.issue(prepared.request, NOON)
    issuing = asn1.Certificate.load(pki.certificates["issuing"].public_bytes(Encoding.DER))
    trust = TrustStore(roots=(pki.ca.root,), intermediates=(issuing,))
    certificate_id = asked(transaction, prepared)
    with transaction() as session:
        life.import_certificate(session, certificate_id, leaf.public_bytes(Encoding.DER), trust, NOON)
    assert row(transaction, certificate_id).issued_at == NOON


def bad_leaf(
    pki: DemoPki, key, *, ends=NOT_AFTER, usage=("digital_signature",), ca=False
) -> x509.Certificate:
    builder = certificate_builder(
        HOLDER.subject.as_name(), key.public_key(), pki.certificates["issuing"], NOT_BEFORE, ends
    )
    builder = with_extensions(
        builder, (x509.BasicConstraints(ca=ca, path_length=None), True), (key_usage(*usage), True)
    )
    return builder.sign(pki.keys["issuing"], hashes.SHA256())


def problems_of(content: bytes, trust: TrustStore, request: bytes | None) -> str:
    from signing.pades.issued_chains import check_issued

    with pytest.raises(BadCertificate) as refused:
        check_issued(content, trust, NOON, request=request)
    return "".join(refused.value.facts["problems"])


def test_every_mistake_of_a_chain_is_named_at_once(pki, trust, prepared):
    weak = bad_leaf(
        pki,
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
        ends=NOON - timedelta(days=1),
        usage=("key_encipherment",),
    )
    content = weak.public_bytes(Encoding.PEM)
    told = problems_of(content, trust, prepared.request)
    for words in ("CSR", "終わりました", "鍵用途", "1024ビット", "ルート証明書までたどれません"):
        assert words in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "空"),
        (b"<html>", "読めません"),
        (b"x" * (256 * 1024 + 1), "大きすぎ"),
        (b"-----BEGIN PRIVATE KEY-----\n", "秘密鍵が入っています"),
    ],
)
def test_files_that_are_no_certificates_are_refused_in_words(content, told, trust):
    with pytest.raises(BadCertificate, match=told):
        read_certificates(content)


def test_an_authority_of_somebody_else_is_not_trusted(pki, prepared):
    leaf = pki.ca.issue(prepared.request, NOON)
    content = b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, pki.certificates["issuing"]))
    assert "たどれません" in problems_of(content, TrustStore(), prepared.request)


def test_a_signers_certificate_cannot_issue_another(pki, trust):
    """A leaf that plays authority: the path is found and refused."""
    middle_key, leaf_key = new_key(), new_key()
    middle = bad_leaf(pki, middle_key)
    builder = certificate_builder(
        HOLDER.subject.as_name(), leaf_key.public_key(), middle, NOT_BEFORE, NOT_AFTER
    )
    leaf = builder.sign(middle_key, hashes.SHA256())
    content = b"".join(
        each.public_bytes(Encoding.PEM) for each in (leaf, middle, pki.certificates["issuing"])
    )
    told = problems_of(content, trust, None)
    assert "認証局の証明書ではありません" in told or "たどれません" in told


def test_an_authority_below_the_last_one_is_refused(pki, trust):
    middle_key, leaf_key = new_key(), new_key()
    middle = bad_leaf(pki, middle_key, usage=("key_cert_sign",), ca=True)
    builder = certificate_builder(
        HOLDER.subject.as_name(), leaf_key.public_key(), middle, NOT_BEFORE, NOT_AFTER
    )
    leaf = builder.sign(middle_key, hashes.SHA256())
    content = b"".join(
        each.public_bytes(Encoding.PEM) for each in (leaf, middle, pki.certificates["issuing"])
    )
    assert "階層の数" in problems_of(content, trust, None)


def test_a_key_elsewhere_is_registered_by_its_certificate_alone(transaction, vault, pki, trust):
    leaf = pki.ca.issue(make_request(new_key(), HOLDER.subject), NOON)
    content = b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, pki.certificates["issuing"]))
    with transaction() as session:
        certificate_id = life.register_elsewhere(session, HOLDER, content, trust, NOON).id
    kept = row(transaction, certificate_id)
    assert (kept.custody, kept.sealed_key) == (KeyCustody.ELSEWHERE, None)
    with transaction() as session:
        life.confirm_elsewhere(session, certificate_id, NOON)
    assert status(transaction, certificate_id) is CertificateStatus.CONFIRMED
    with pytest.raises(life.CertificateUnusable, match="保管していません"):
        life.unlock_key(transaction, vault, certificate_id, "a1B2c3D4e5", NOON)


def test_one_certificate_is_registered_once(transaction, pki, trust):
    leaf = pki.ca.issue(make_request(new_key(), HOLDER.subject), NOON)
    content = b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, pki.certificates["issuing"]))
    with transaction() as session:
        life.register_elsewhere(session, HOLDER, content, trust, NOON)
    with pytest.raises(life.CertificateConflict), transaction() as session:
        life.register_elsewhere(session, HOLDER, content, trust, NOON)
    with transaction() as session:
        assert len(session.scalars(select(SignerCertificate)).all()) == 1


def test_a_second_import_for_one_request_is_refused(transaction, pki, trust, prepared):
    certificate_id = issued(transaction, pki, prepared)
    with pytest.raises(life.CertificateConflict), transaction() as session:
        life.import_certificate(session, certificate_id, b"", trust, NOON)
