"""The two-party flow: every verifier at hand accepts the finished file."""

import io
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from pikepdf import pdfa
from pyhanko.pdf_utils.reader import PdfFileReader

import signing
from signing.modes import EnvelopeStatus
from signing.orm import Envelope
from signing.pades.child import Limits, verify_in_child
from signing.testing import DATE_BOX, DocumentDraft, make_pdf
from tests.signing import flows


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    return sqlite_only


@pytest.fixture
def concluded(transaction, services, clock) -> Path:
    envelope_id = flows.conclude(transaction, services, clock)
    [head] = flows.heads(transaction, envelope_id)
    return services.store.path(head)


def test_both_signatures_and_the_timestamp_are_valid(concluded, services, clock):
    verdict = signing.verify_pdf(concluded, services.trust, clock() + timedelta(days=400))
    assert verdict.verdict == "valid", verdict
    assert [s.kind for s in verdict.signatures] == ["signature", "signature", "document_timestamp"]
    assert [s.level for s in verdict.signatures] == ["B-LTA", "B-LTA", "RFC3161"]
    assert "契約締結日の記入" in verdict.signatures[0].modifications
    assert verdict.signatures[2].coverage == "entire_file"
    assert all(s.is_demo_trust for s in verdict.signatures)
    assert "デモ" in verdict.summary


def test_reason_location_and_time_are_those_of_the_agreement(concluded, services, clock):
    first, second, _ = signing.verify_pdf(concluded, services.trust, clock()).signatures
    assert first.reason == "山田 太郎 様 taro@example.co.jp が2026-05-01 12:05:00 +09:00 JSTに承認しました"
    assert first.location == "日本"
    assert first.signed_at == datetime(2026, 5, 1, 3, 5, tzinfo=UTC)
    assert second.signed_at - first.signed_at == timedelta(minutes=5)
    with pikepdf.open(concluded) as pdf:
        fields = [str(field.T) for field in pdf.Root.AcroForm.Fields]
        times = [
            str(field.V.M) for field in pdf.Root.AcroForm.Fields if field.FT == "/Sig" and "/M" in field.V
        ]
    digits = fields[1].split("_")[1]
    assert fields == ["contract_date", *(f"FIELD_{digits}_{n}" for n in (1, 2, 3))]
    assert times == ["D:20260501120500+09'00'", "D:20260501121000+09'00'"]


def test_contract_date_is_the_day_of_the_last_seal_in_tokyo(concluded):
    with pikepdf.open(concluded) as pdf:
        date_field = pdf.Root.AcroForm.Fields[0]
        assert str(date_field.V) == "令和8年5月1日"
        assert "FontFile2" in repr(pdf.objects)
    text = subprocess.run(["pdftotext", str(concluded), "-"], capture_output=True, text=True, check=True)
    assert "令和8年5月1日" in text.stdout


def test_signatures_follow_the_baseline(concluded):
    reader = PdfFileReader(io.BytesIO(concluded.read_bytes()))
    for signature in reader.embedded_regular_signatures:
        attributes = {a["type"].native for a in signature.signer_info["signed_attrs"]}
        assert "signing_certificate_v2" in attributes
        assert "signing_time" not in attributes
        assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert {"/M", "/Filter", "/Contents", "/ByteRange"} <= set(signature.sig_object)
        assert signature.signer_info["digest_algorithm"]["algorithm"].native == "sha256"
    assert "/DSS" in reader.root
    assert reader.embedded_timestamp_signatures


def test_sealing_keeps_pdf_a(concluded):
    report = pdfa.validate_written(str(concluded), "2b")
    assert report.violations == ()
    assert all(word in "/AcroForm /DSS" for word in _constructs(report.unsupported))


def _constructs(findings) -> list[str]:
    """The entries that the checker knows but does not judge."""
    return [re.search(r"/(AcroForm|DSS)\b", finding.message).group() for finding in findings]


def test_pdfsig_finds_both_signatures_valid(concluded, tmp_path, services):
    database = f"sql:{tmp_path / 'nss'}"
    (tmp_path / "nss").mkdir()
    subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True)
    for role in ("root", "issuing"):
        certificate = tmp_path / "keys" / "demo-pki" / f"{role}.cert.pem"
        command = ["certutil", "-A", "-d", database, "-n", role, "-t", "CT,CT,CT", "-i", str(certificate)]
        subprocess.run(command, check=True)
    command = ["pdfsig", "-nssdir", database, "-no-ocsp", str(concluded)]
    found = subprocess.run(command, capture_output=True, text=True).stdout
    assert found.count("Signature is Valid") == 2, found
    assert "Digest Mismatch" not in found
    assert "Total document signed" in found


def test_openssl_verifies_signatures_and_document_timestamp(concluded, tmp_path):
    reader = PdfFileReader(io.BytesIO(concluded.read_bytes()))
    content = concluded.read_bytes()
    root, issuing = (tmp_path / "keys" / "demo-pki" / f"{role}.cert.pem" for role in ("root", "issuing"))
    at = str(int(datetime(2026, 5, 2, tzinfo=UTC).timestamp()))
    for signature in reader.embedded_signatures:
        a, b, c, d = (int(number) for number in signature.sig_object["/ByteRange"])
        data, cms = tmp_path / "data", tmp_path / "cms"
        data.write_bytes(content[a : a + b] + content[c : c + d])
        cms.write_bytes(signature.pkcs7_content)
        if signature.sig_object_type == "/DocTimeStamp":
            command = ["openssl", "ts", "-verify", "-in", str(cms), "-token_in", "-data", str(data)]
            command += ["-CAfile", str(root), "-untrusted", str(issuing), "-attime", at]
        else:
            command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", str(cms), "-binary"]
            command += ["-content", str(data), "-CAfile", str(root), "-purpose", "any", "-attime", at]
            command += ["-out", "/dev/null"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_envelope_of_several_documents_is_sealed_as_a_whole(transaction, services, clock):
    documents = [
        DocumentDraft("契約書.pdf", make_pdf(), DATE_BOX),
        DocumentDraft("約款.pdf", make_pdf("約款", 2)),
    ]
    envelope_id = flows.conclude(transaction, services, clock, documents=documents)
    expected = signing.Expectation()
    for head in flows.heads(transaction, envelope_id):
        verdict = signing.verify_pdf(services.store.path(head), services.trust, clock(), expected)
        assert verdict.verdict == "valid", verdict
        assert len(verdict.signatures) == 3
    with transaction() as session:
        envelope = session.get_one(Envelope, envelope_id)
        assert envelope.status is EnvelopeStatus.FINISHED
        assert envelope.contract_on.isoformat() == "2026-05-01"
        assert [v.sequence for v in envelope.documents[0].versions] == [0, 1, 2, 3]


def test_verification_in_a_child_process_says_the_same(concluded, services, clock):
    here = signing.verify_pdf(concluded, services.trust, clock())
    assert signing.verify_in_child(concluded, services.trust, clock()) == here


def test_finished_envelope_waits_for_its_release(transaction, services, clock):
    envelope_id = flows.conclude(transaction, services, clock)
    with transaction() as session:
        assert [e.id for e in signing.finished_envelopes(session)] == [envelope_id]
        signing.mark_released(session, envelope_id, clock())
    with transaction() as session:
        assert signing.finished_envelopes(session) == []
        with pytest.raises(signing.SigningRefused, match="already_finished"):
            signing.mark_released(session, envelope_id, clock())


def test_verification_beyond_its_limits_is_given_up(concluded, services, clock):
    verdict = verify_in_child(concluded, services.trust, clock(), limits=Limits(seconds=5, memory=1 << 20))
    assert verdict.verdict == "indeterminate"
    assert verdict.problems


def test_field_filled_in_that_nobody_was_to_fill_in_is_invalid(concluded, services, clock):
    expected = signing.Expectation(permitted_fields=frozenset())
    verdict = signing.verify_pdf(concluded, services.trust, clock(), expected)
    assert verdict.verdict == "invalid"
    assert "契約締結日の欄" in verdict.signatures[0].problems[0]
    assert "contract_date" not in verdict.signatures[0].problems[0]


@pytest.mark.parametrize("year", [2021, 2035])
def test_demo_clock_may_stand_in_the_past_or_the_future(transaction, services, clock, year):
    clock.at = clock.at.replace(year=year)
    [head] = flows.heads(transaction, flows.conclude(transaction, services, clock))
    for later in (timedelta(0), timedelta(days=1000)):
        verdict = signing.verify_pdf(services.store.path(head), services.trust, clock() + later)
        assert verdict.is_valid, verdict
