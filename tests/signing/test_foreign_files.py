"""Files of others (他社製・古い・壊れたファイル): judged with reasons, never with a crash, never valid by mistake."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from pikepdf import Dictionary, Name, Pdf
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter

from signing.pades.child import Limits, compare_in_child, verify_in_child
from signing.pades.demo_pki import open_demo_pki
from signing.pades.revocation import RevocationData
from signing.pades.trust import TrustStore, given_trust, load_trust
from signing.pades.verify import verify_pdf
from signing.testing import NOON
from tests.signing.attacks import foreign
from tests.signing.attacks.stock import Workshop, base_pdf
from tests.signing.attacks.updates import page_content, updated

A_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def shop(keys) -> Workshop:
    return Workshop(open_demo_pki(keys), NOON)


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def judge(content: bytes, *trusted, at=NOON + A_DAY, **more):
    return verify_pdf(content, TrustStore(roots=trusted, is_given=True), at, look=True, **more)


KEYS = {
    "rsa": (lambda: rsa.generate_private_key(65537, 2048), {}),
    "pss": (lambda: rsa.generate_private_key(65537, 2048), {"pss": True}),
    "sha384": (lambda: ec.generate_private_key(ec.SECP384R1()), {"digest": "sha384"}),
    "sha512": (lambda: ec.generate_private_key(ec.SECP521R1()), {"digest": "sha512"}),
    "ed25519": (ed25519.Ed25519PrivateKey.generate, {"digest": "sha512"}),
    "ed448": (ed448.Ed448PrivateKey.generate, {"digest": "shake256"}),
    "pades": (
        lambda: ec.generate_private_key(ec.SECP256R1()),
        {"subfilter": SigSeedSubFilter.PADES},
    ),
}


def test_later_signature_in_a_box_that_does_not_name_its_field_is_permitted(rsa_key):
    certificate = foreign.self_signed(rsa_key, NOON)
    content = base_pdf()
    for name, left in (("First", 300), ("Second", 420)):
        parted = SigFieldSpec(name, box=(left, 600, left + 100, 640), combine_annotation=False)
        content = foreign.sign(content, rsa_key, certificate, parted=parted)
    verdict = judge(content, certificate)
    assert verdict.verdict == "valid_with_warnings", verdict
    assert [s.field for s in verdict.signatures] == ["First", "Second"]
    attacked = judge(updated(content, page_content), certificate)
    assert attacked.verdict == "invalid"


def test_hybrid_table_that_does_not_list_itself_is_permitted_and_what_it_replaces_is_found(rsa_key):
    certificate = foreign.self_signed(rsa_key, NOON)
    signed = foreign.sign(base_pdf(), rsa_key, certificate)
    honest = judge(foreign.with_hybrid_table(signed, 9000, b"<< >>"), certificate)
    assert honest.verdict == "valid_with_warnings", honest
    evil = b"<< /Type /Catalog >>"
    root = int(re.findall(rb"/Root (\d+) 0 R", signed)[-1])
    assert judge(foreign.with_hybrid_table(signed, root, evil), certificate).verdict == "invalid"


@pytest.mark.parametrize("kind", KEYS)
def test_signature_of_a_certificate_that_is_trusted_itself(kind):
    make, options = KEYS[kind]
    key = make()
    certificate = foreign.self_signed(key, NOON)
    content = foreign.sign(base_pdf(), key, certificate, **options)
    verdict = judge(content, certificate)
    assert verdict.verdict == "valid_with_warnings", verdict
    [signature] = verdict.signatures
    assert (signature.signer, signature.organisation) == ("自己署名", "株式会社試験")
    assert (signature.unit, signature.title) == ("総務部", "部長")
    assert (signature.trusted, signature.trust_source, signature.revocation) == (True, "given", "not_needed")
    assert signature.level == ("B-B" if kind == "pades" else "PKCS7")
    assert [e.valid for e in signature.endurance] == [True, True, False]
    assert judge(content).verdict == "indeterminate"
    assert judge(updated(content, page_content), certificate).verdict == "invalid"
    assert judge(updated(content, page_content)).verdict == "invalid"


@pytest.mark.parametrize(
    ("digest", "bits", "verdict"),
    [
        ("sha1", 2048, "valid_with_warnings"),
        ("md5", 2048, "indeterminate"),
        ("sha256", 1024, "valid_with_warnings"),
    ],
)
def test_weak_algorithms_are_named_and_broken_ones_never_valid(digest, bits, verdict):
    key = rsa.generate_private_key(65537, bits)
    certificate = foreign.self_signed(key, NOON)
    found = judge(foreign.sign(base_pdf(), key, certificate, digest=digest), certificate)
    assert found.verdict == verdict
    assert found.signatures[0].crypto.weak
    assert any("暗号方式" in text for s in found.signatures for text in [*s.warnings, *s.problems])


def test_expired_without_proof_is_indeterminate_and_at_judges_as_of_then(rsa_key):
    certificate = foreign.self_signed(rsa_key, NOON, days=10)
    content = foreign.sign(base_pdf(), rsa_key, certificate)
    late = judge(content, certificate, at=NOON + 20 * A_DAY)
    assert late.verdict == "indeterminate"
    assert "タイムスタンプがありません" in late.signatures[0].problems[0]
    assert judge(content, certificate).verdict == "valid_with_warnings"


def test_proven_time_outlives_the_authority_of_the_stamp_only_with_a_newer_one(shop):
    end = shop.pki.certificates["tsa"].not_valid_after_utc
    content = shop.sign(base_pdf())
    assert verify_pdf(content, shop.trust, end - A_DAY).verdict == "valid"
    assert verify_pdf(content, shop.trust, end + A_DAY).verdict == "indeterminate"


@pytest.mark.parametrize("role", ["root", "issuing"])
def test_root_or_a_lone_intermediate_given_is_an_anchor(shop, role, keys):
    trust = given_trust(keys / "demo-pki" / f"{role}.cert.pem")
    verdict = verify_pdf(shop.sign(base_pdf()), trust, NOON + A_DAY)
    assert verdict.verdict == "valid", verdict
    assert verdict.signatures[0].trust_source == "given"
    assert len(verdict.signatures[0].trust_path) == {"root": 3, "issuing": 2}[role]


def test_intermediate_beside_its_root_is_no_anchor(keys):
    folder = keys / "demo-pki"
    trust = load_trust([folder / "root.cert.pem", folder / "issuing.cert.pem"])
    assert (len(trust.roots), len(trust.intermediates)) == (1, 1)


@pytest.mark.parametrize("kind", ["adbe.pkcs7.sha1", "adbe.x509.rsa_sha1"])
def test_old_kinds_are_indeterminate_and_changed_ones_invalid(kind, rsa_key):
    certificate = foreign.self_signed(rsa_key, NOON)
    content = foreign.with_old_kind(kind, rsa_key, certificate)
    verdict = judge(content, certificate)
    assert verdict.verdict == "indeterminate", verdict
    assert verdict.signatures[0].intact
    assert verdict.signatures[0].signer == "自己署名"
    changed = content.replace(b"/MediaBox [ 0 0 595", b"/MediaBox [ 0 0 594", 1)
    assert changed != content
    assert judge(changed, certificate).verdict == "invalid"


def test_encrypted_file_is_judged_with_the_empty_password_only(rsa_key):
    certificate = foreign.self_signed(rsa_key, NOON)
    content = foreign.sign(foreign.encrypted(base_pdf(), ""), rsa_key, certificate)
    verdict = judge(content, certificate)
    assert verdict.verdict == "valid_with_warnings", verdict
    assert any("暗号化" in text for text in verdict.warnings)
    locked = judge(foreign.encrypted(base_pdf(), "secret"))
    assert locked.verdict == "indeterminate"
    assert "パスワード" in locked.summary


def test_usage_rights_and_attachments_are_not_signatures_of_the_document(rsa_key):
    certificate = foreign.self_signed(rsa_key, NOON)
    enabled = foreign.with_usage_rights(base_pdf())
    assert judge(enabled).verdict == "no_signature"
    assert len(judge(foreign.sign(enabled, rsa_key, certificate), certificate).signatures) == 1
    attached = foreign.sign(base_pdf(), rsa_key, certificate)
    outside = foreign.with_attachment(base_pdf(), attached)
    assert judge(outside).verdict == "no_signature"
    verdict = judge(foreign.sign(outside, rsa_key, certificate), certificate)
    assert verdict.verdict == "valid_with_warnings", verdict
    assert len(verdict.signatures) == 1


def test_files_without_signatures_say_so():
    assert judge(base_pdf()).verdict == "no_signature"

    def empty_field(pdf: Pdf) -> None:
        field = Dictionary(FT=Name.Sig, T="Empty")
        pdf.Root.AcroForm.Fields.append(pdf.make_indirect(field))

    assert judge(base_pdf(change=empty_field)).verdict == "no_signature"


@pytest.mark.parametrize(("key", "code"), [("XFA", "xfa"), ("OpenAction", "script")], ids=["xfa", "script"])
def test_contents_that_can_change_by_themselves_are_remarked_on(rsa_key, key, code):
    def change(pdf: Pdf) -> None:
        if key == "XFA":
            pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")
        else:
            pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")

    certificate = foreign.self_signed(rsa_key, NOON)
    verdict = judge(foreign.sign(base_pdf(change=change), rsa_key, certificate), certificate)
    assert verdict.verdict == "valid_with_warnings"
    assert any(code in text for text in verdict.warnings)


def test_revocation_is_asked_only_when_a_source_is_handed_in(shop):
    class Source:
        asked = 0

        def gather(self, certificates, now):
            Source.asked += 1
            issued = shop.pki.ocsp_response(_last(certificates), now)
            return RevocationData(ocsps=[issued], crls=[shop.pki.root_crl(now)])

    content = shop.sign(base_pdf(), "B-B")
    assert verify_pdf(content, shop.trust, NOON).signatures[0].revocation == "unknown"
    asked = verify_pdf(content, shop.trust, NOON, fetcher=Source())
    assert (asked.signatures[0].revocation, Source.asked) == ("good", 1)
    verify_pdf(content, TrustStore(), NOON, fetcher=Source())
    assert Source.asked == 1, "an address in an untrusted certificate must not be called"


def _last(certificates):
    from cryptography import x509 as pyca

    return pyca.load_der_x509_certificate(certificates[-1].dump())


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n1 0 obj\n" + b"[" * 60_000 + b"]" * 60_000 + b"\nendobj\n",
        b"%PDF-1.7\nstartxref\n0\n%%EOF\n",
        b"%PDF-1.7\n" + b"%%EOF\n" * 500,
        b"\x00" * 500 + b"%PDF-1.4\n",
    ],
    ids=["nested", "table-at-0", "many-ends", "late-header"],
)
def test_rubbish_is_indeterminate(content):
    assert judge(content).verdict == "indeterminate"


def test_two_ends_and_line_ends_after_the_last_are_read(rsa_key):
    certificate = foreign.self_signed(rsa_key, NOON)
    content = foreign.sign(base_pdf(), rsa_key, certificate)
    for more in (b"\r\n\r\n", b"%%EOF\n", b"\n%%EOF\n%%EOF\n"):
        assert judge(content + more, certificate).verdict == "valid_with_warnings", more


@pytest.mark.slow
def test_bomb_and_many_pages_stay_within_the_limits(shop, tmp_path):
    path = tmp_path / "big.pdf"
    path.write_bytes(shop.stamp(shop.sign(base_pdf(pages=700), "B-T")))
    verdict = verify_in_child(path, shop.trust, NOON + A_DAY)
    assert verdict.verdict in ("valid", "valid_with_warnings"), verdict
    assert any("50ページ" in text for s in verdict.signatures for text in s.warnings)
    gave_up = verify_in_child(path, shop.trust, NOON, limits=Limits(seconds=1))
    assert gave_up.verdict == "indeterminate"
    assert gave_up.problems


def test_comparison_in_a_child_gives_pictures_or_nothing(shop, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(updated(shop.sign(base_pdf(), "B-B"), page_content))
    [pair] = compare_in_child(path, "Sig1")
    assert pair.page == 1
    assert pair.before != pair.after
    assert compare_in_child(path, "no such field") == []
    assert compare_in_child(tmp_path / "none.pdf", "Sig1") is None
