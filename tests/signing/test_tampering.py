"""Tampering: each attack on a finished file is found, by the verifier alone or with what we know of the file."""

import hashlib
import io
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

import signing
from portal.database import Database
from signing.modes import StepRole
from signing.orm import Envelope
from signing.testing import NOON, MovableClock, demo_services
from tests.signing import flows
from tests.signing.conftest import transactions

N = generic.NameObject


@pytest.fixture(scope="module")
def case(tmp_path_factory, keys, sqlite_template):
    """One finished file for the whole module: its versions, the services, the clock, the signers' fields."""
    folder = tmp_path_factory.mktemp("case")
    shutil.copytree(keys, folder / "keys")
    clock = MovableClock(NOON)
    services = demo_services(folder, clock)
    shutil.copy(sqlite_template, folder / "portal.sqlite")
    database = Database(f"sqlite:///{folder / 'portal.sqlite'}")
    transaction = transactions(database)
    envelope_id = flows.conclude(transaction, services, clock)
    with transaction() as session:
        envelope = session.get_one(Envelope, envelope_id)
        [document] = envelope.documents
        versions = [services.store.read(version.sha256) for version in document.versions]
        fields = tuple(s.field_name for s in envelope.active_steps if s.role is StepRole.SIGNER)
    yield versions, services, clock, fields
    database.dispose()


def judge(case, content: bytes, **expected):
    _, services, clock, _ = case
    expectation = signing.Expectation(**expected) if expected else None
    return signing.verify_pdf(content, services.trust, clock() + timedelta(days=30), expectation)


def incremental(content: bytes, change) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def overlay(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            N("/Type"): N("/Annot"),
            N("/Subtype"): N("/FreeText"),
            N("/Rect"): generic.ArrayObject(map(generic.NumberObject, (60, 740, 400, 780))),
            N("/Contents"): generic.pdf_string("代金は倍額とする"),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])


def page_content(writer):
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    stream = generic.StreamObject(stream_data=b"BT ET")
    page.get_object()[N("/Contents")] = writer.add_object(stream)
    writer.mark_update(page)


def changed_date(writer):
    field = writer.root["/AcroForm"]["/Fields"].raw_get(0)
    field.get_object()[N("/V")] = generic.pdf_string("令和7年1月1日")
    writer.mark_update(field)


def javascript(writer):
    action = {N("/S"): N("/JavaScript"), N("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root[N("/OpenAction")] = writer.add_object(generic.DictionaryObject(action))
    writer.update_root()


def metadata(writer):
    stream = generic.StreamObject(stream_data=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    stream[N("/Type")], stream[N("/Subtype")] = N("/Metadata"), N("/XML")
    writer.root[N("/Metadata")] = writer.add_object(stream)
    writer.update_root()


def city_signature_removed(writer):
    field = writer.root["/AcroForm"]["/Fields"].raw_get(2)
    del field.get_object()["/V"]
    writer.mark_update(field)


def test_honest_file_is_valid_and_as_expected(case):
    final = case[0][-1]
    sha256 = hashlib.sha256(final).hexdigest()
    assert judge(case, final).verdict == "valid"
    assert judge(case, final, sha256=sha256, signature_fields=case[3]).verdict == "valid"


@pytest.mark.parametrize(
    "change",
    [overlay, page_content, changed_date, javascript, city_signature_removed],
    ids=lambda f: f.__name__,
)
def test_incremental_change_after_the_last_seal_is_invalid(case, change):
    verdict = judge(case, incremental(case[0][-1], change))
    assert verdict.verdict == "invalid", verdict
    assert any(s.modifications == "許可されない変更" for s in verdict.signatures)


@pytest.mark.parametrize("change", [overlay, page_content, javascript], ids=lambda f: f.__name__)
def test_change_between_the_two_seals_is_invalid(case, change):
    assert judge(case, incremental(case[0][1], change)).verdict == "invalid"


def test_flipped_byte_is_never_valid(case):
    final = case[0][-1]
    chance = random.Random(1)
    signed_end = len(case[0][0])
    for _ in range(12):
        position = chance.randrange(signed_end)
        flipped = bytearray(final)
        flipped[position] ^= 1
        assert judge(case, bytes(flipped)).verdict in ("invalid", "indeterminate", "not_a_pdf"), position


@pytest.mark.parametrize("forged", [metadata, None], ids=["metadata", "garbage"])
def test_what_lies_after_the_last_signature_is_reported(case, forged):
    final = case[0][-1]
    content = incremental(final, forged) if forged else final + b"\n% more\n"
    assert judge(case, content).verdict == "valid_with_warnings"
    assert judge(case, content, sha256=hashlib.sha256(final).hexdigest()).verdict == "invalid"


def test_rollback_to_the_contractors_version_is_found_by_expectation(case):
    contractor_only = case[0][1]
    assert judge(case, contractor_only).verdict == "valid_with_warnings"
    verdict = judge(case, contractor_only, signature_fields=case[3])
    assert verdict.verdict == "invalid"
    assert len(verdict.problems) >= 2


def test_rewritten_file_is_invalid(case):
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(case[0][-1])) as pdf:
        pdf.save(target)
    assert judge(case, target.getvalue()).verdict in ("invalid", "indeterminate")


def test_signatures_of_an_unknown_authority_are_indeterminate(case):
    _, _, clock, _ = case
    verdict = signing.verify_pdf(case[0][-1], signing.TrustStore(), clock())
    assert verdict.verdict == "indeterminate"
    assert all(s.intact and not s.trusted for s in verdict.signatures)


def test_renamed_file_stays_valid(case, tmp_path: Path):
    path = tmp_path / "別の名前.pdf"
    path.write_bytes(case[0][-1])
    _, services, clock, _ = case
    assert signing.verify_pdf(path, services.trust, clock()).is_valid


@pytest.mark.parametrize(
    ("content", "verdict"),
    [(b"hello", "not_a_pdf"), (b"", "not_a_pdf"), (b"%PDF-1.7\nrubbish", "indeterminate")],
)
def test_what_is_no_pdf_is_said_to_be_none(case, content, verdict):
    assert judge(case, content).verdict == verdict


def test_file_without_signature_is_said_to_have_none(case):
    assert judge(case, case[0][0]).verdict == "no_signature"


def test_missing_file_is_no_pdf(case, tmp_path):
    assert signing.verify_pdf(tmp_path / "none.pdf", case[1].trust, case[2]()).verdict == "not_a_pdf"


def test_both_signers_are_named_by_their_reason(case):
    reader = PdfFileReader(io.BytesIO(case[0][-1]))
    reasons = [signature.sig_object["/Reason"] for signature in reader.embedded_regular_signatures]
    assert ["山田 太郎" in reasons[0], "市長 花子" in reasons[1]] == [True, True]
