"""Uploads: what cannot be signed honestly is refused with its reason; the rest is normalised and can be sealed."""

import io
import subprocess
import sys
from functools import partial
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Dictionary, Name, String, pdfa

import signing
from signing.errors import UploadRefused
from signing.pades.child import verify_in_child
from signing.pades.layout import DATE_FIELD, Box, DateBox, PlannedSignature, SealPlace
from signing.pades.prepare import prepare_document, prepare_file
from signing.pades.seal import SignatureRequest
from signing.pades.uploads import examine
from signing.testing import DATE_BOX, FONT, NOON, make_pdf, seal_in_order
from signing.visible_seals import Sealing, appearance_of
from tests import judges
from tests.pades_baseline import violations
from tests.signing import hard_files as hard
from tests.signing.looks import differs_outside, pages

SIGNATURES = [PlannedSignature("FIELD_1_1", ("FIELD_1_2",)), PlannedSignature("FIELD_1_2")]
SEAL_BOX = Box(1, 20, 20, 140, 60)


def xfa(pdf):
    pdf.Root.AcroForm = Dictionary(Fields=pikepdf.Array(), XFA=pdf.make_stream(b"<xdp/>"))


def open_action(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def named_script(pdf):
    pdf.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=pikepdf.Array([String("a"), Dictionary(JS=String("1"))]))
    )


def launch(pdf):
    action = Dictionary(S=Name.Launch, F=String("calc.exe"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=pikepdf.Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].obj.Annots = pikepdf.Array([link])


def program(pdf):
    pdf.attachments["setup.exe"] = pikepdf.AttachedFileSpec(pdf, b"MZ...", filename="setup.exe")


def hidden_program(pdf):
    spec = pikepdf.AttachedFileSpec(pdf, b"\x7fELF...", filename="readme.txt")
    pdf.attachments["readme.txt"] = spec


REFUSED = [
    ("empty", lambda: b""),
    ("not_a_pdf", lambda: b"PK\x03\x04"),
    ("damaged", lambda: b"%PDF-1.7\nrubbish"),
    ("has_xfa", partial(hard.changed, xfa)),
    ("has_javascript", partial(hard.changed, open_action)),
    ("has_javascript", partial(hard.changed, named_script)),
    ("has_javascript", hard.computing_form),
    ("has_launch_action", partial(hard.changed, launch)),
    ("changes_its_look", hard.hiding_action),
    ("has_media", hard.film),
    ("has_program", partial(hard.changed, program)),
    ("has_program", partial(hard.changed, hidden_program)),
    ("already_signed", hard.signed_by_others),
    ("already_signed", hard.certified_without_permission),
    ("encrypted", partial(hard.encrypted, "secret")),
    ("encrypted", partial(hard.encrypted, "")),
    ("is_portfolio", hard.portfolio),
    ("no_pages", hard.no_pages),
    ("page_without_size", hard.zero_size_page),
    ("page_too_large", hard.gigantic_page),
    ("form_not_drawn", hard.undrawn_form),
    ("form_not_drawn", hard.redrawn_form),
    ("has_hidden_layers", hard.hidden_layers),
    ("has_hidden_layers", hard.base_state_off),
]
TAKEN = {
    hard.plain: [],
    hard.broken_cross_reference: ["repaired"],
    hard.missing_cross_reference: ["repaired"],
    hard.wrong_startxref: ["repaired"],
    hard.page_without_box: ["repaired"],
    hard.rubbish_before_the_header: [],
    hard.rubbish_after_the_end: [],
    hard.hybrid_references: [],
    hard.object_streams: [],
    hard.linearised: [],
    hard.edited_three_times: [],
    hard.wrong_header_version: [],
    hard.nonsense_catalog_version: [],
    hard.pdf_2_0: [],
    hard.attachment: ["has_attachments"],
    hard.page_labels: [],
    hard.layers: ["has_layers"],
    hard.odd_boxes: [],
    hard.turned_left: [],
    hard.turned_over: [],
    hard.shared_annotations: [],
    hard.drawn_annotation: [],
    hard.missing_font: ["fonts_not_embedded"],
    hard.order_of_computing: ["form_fixed"],
    hard.drawn_form: ["form_fixed"],
    hard.ticked_box: ["form_fixed"],
    hard.clashing_names: ["form_fixed"],
    hard.empty_signature_fields: ["signature_fields_removed"],
    hard.broken_form: [],
    hard.form_that_is_no_form: [],
}


def name_of(value: object) -> str | None:
    value = getattr(value, "args", [value])[0] if isinstance(value, partial) else value
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("code", "make"), REFUSED, ids=lambda value: name_of(value))
def test_upload_is_refused_with_its_reason(code, make):
    with pytest.raises(UploadRefused) as refused:
        prepare_document(make(), "工事/../図面.pdf", SIGNATURES, None)
    assert refused.value.code == code
    assert "「工事/../図面.pdf」" in refused.value.text
    assert refused.value.remedy


@pytest.mark.parametrize(("make", "notes"), TAKEN.items(), ids=lambda value: name_of(value))
def test_upload_is_taken_sealed_by_two_and_looks_as_before(make, notes, services, nss, tmp_path, keys):
    upload = make()
    prepared = prepare_document(upload, "工事.pdf", _seen(), None)
    assert [note.code for note in prepared.notes] == notes
    assert all(note.text.endswith("。") for note in prepared.notes)
    sealed = _sealed_by_two(services, prepared.content, tmp_path)
    _all_judges_agree(services, sealed, nss, keys)
    if "repaired" not in notes:
        pages(upload)  # PDFium draws a font that it has to replace differently the first time
        assert differs_outside(upload, sealed, [SEAL_BOX]) == []


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_any_valid_file_can_be_sealed(seed, services, nss, tmp_path, keys):
    upload = hard.any_pdf(seed)
    prepared = prepare_document(upload, "工事.pdf", _seen(), None)
    assert prepared.notes == ()
    sealed = _sealed_by_two(services, prepared.content, tmp_path)
    _all_judges_agree(services, sealed, nss, keys)
    assert differs_outside(upload, sealed, [SEAL_BOX]) == []


@pytest.mark.slow
def test_five_thousand_pages_are_sealed(services, nss, tmp_path, keys):
    prepared = prepare_document(hard.many_pages(5000), "図面一式.pdf", _seen(), None)
    assert prepared.page_count == 5000
    sealed = _sealed_by_two(services, prepared.content, tmp_path)
    assert all(f.is_good for f in judges.openssl(sealed, keys / "demo-pki" / "root.cert.pem", NOON))
    assert violations(sealed) == []


MEASURE = """
import sys
from pathlib import Path
from signing.pades.layout import PlannedSignature
from signing.pades.prepare import prepare_document, prepare_file
from signing.testing import make_pdf

def peak():  # of this program alone: what resource.getrusage says begins with the parent's
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))

prepare_document(make_pdf(), "a", [PlannedSignature("S")], None)
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
idle = peak()
done = prepare_file(Path(sys.argv[1]), Path(sys.argv[2]), "a", [PlannedSignature("S")], None)
print(done.page_count, (peak() - idle) // 1024)
"""


@pytest.mark.slow
def test_a_large_file_is_prepared_piece_by_piece(tmp_path):
    """200 MB of scanned pages; above the idle process it takes a fraction of them. (measured: 2 MB)"""
    source = hard.write_big(tmp_path / "big.pdf", 200)
    line = [sys.executable, "-c", MEASURE, str(source), str(tmp_path / "prepared.pdf")]
    root = Path(signing.__file__).parents[1]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=root)
    pages, megabytes = map(int, done.stdout.split())
    assert pages == 200
    assert megabytes <= 30


def test_examining_tells_the_same_before_anything_is_made(tmp_path):
    (tmp_path / "a.pdf").write_bytes(hard.broken_cross_reference())
    assert [note.code for note in examine(tmp_path / "a.pdf", "a.pdf")] == ["repaired"]
    (tmp_path / "a.pdf").write_bytes(hard.film())
    with pytest.raises(UploadRefused):
        examine(tmp_path / "a.pdf", "a.pdf")


def test_preparing_leaves_the_upload_alone(tmp_path):
    source = tmp_path / "upload.pdf"
    upload = hard.drawn_form()
    source.write_bytes(upload)
    prepare_file(source, tmp_path / "prepared.pdf", "a.pdf", SIGNATURES, None)
    assert source.read_bytes() == upload


def test_fields_of_an_upload_become_drawings_and_ours_have_their_names():
    content = prepare_document(hard.clashing_names(), "a.pdf", SIGNATURES, DATE_BOX).content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert [str(f.T) for f in pdf.Root.AcroForm.Fields] == ["contract_date", "FIELD_1_1", "FIELD_1_2"]
        assert [str(a.Subtype) for a in pdf.pages[0].Annots] == ["/Stamp"] * 3 + ["/Widget"] * 3
        assert not any("/T" in a or "/V" in a for a in list(pdf.pages[0].Annots)[:3])


def test_a_signature_field_whose_box_was_drawn_goes_on_being_seen():
    content = prepare_document(hard.empty_signature_fields(), "a.pdf", SIGNATURES, None).content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        kinds = [(str(a.Subtype), str(a.get("/FT", ""))) for a in pdf.pages[0].Annots]
        assert kinds == [("/Stamp", ""), ("/Widget", "/Sig"), ("/Widget", "/Sig")]


@pytest.mark.parametrize(
    "box", [Box(2, 0, 0, 9, 9), Box(1, -5, 0, 9, 9), Box(1, 0, 0, 596, 9), Box(1, 9, 9, 9, 9)]
)
def test_seal_outside_the_page_is_refused(box):
    with pytest.raises(UploadRefused, match="bad_seal_place"):
        prepare_document(make_pdf(), "a.pdf", [PlannedSignature("S", box=box)], None)


def test_date_box_outside_the_document_is_refused():
    with pytest.raises(UploadRefused, match="bad_date_box"):
        prepare_document(make_pdf(), "a.pdf", SIGNATURES, DateBox(2, 0, 0, 10, 10))


def test_an_ordinary_attachment_is_accepted():
    def table(pdf):
        pdf.attachments["data.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b", filename="data.csv")

    assert prepare_document(hard.changed(table), "a.pdf", SIGNATURES, None).page_count == 1


def test_first_signature_leaves_open_what_the_last_one_fills_in():
    content = prepare_document(make_pdf(), "a.pdf", SIGNATURES, DATE_BOX).content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        date_field, first, last = pdf.Root.AcroForm.Fields
        assert str(date_field.T) == DATE_FIELD
        assert "/V" not in date_field
        assert [str(name) for name in first.Lock.Fields] == [DATE_FIELD, "FIELD_1_2"]
        assert (first.Lock.Action, first.Lock.P) == ("/Exclude", 2)
        assert (last.Lock.Action, last.Lock.P) == ("/All", 1)


def test_preparing_keeps_pdf_a():
    content = prepare_document(make_pdf(), "a.pdf", SIGNATURES, DATE_BOX).content
    assert pdfa.validate_written(io.BytesIO(content), "2b").violations == ()


def test_leftovers_of_earlier_editing_are_gone():
    def edited(pdf):
        pdf.pages[0].obj.Contents = pdf.make_stream(b"BT ET")

    content = prepare_document(hard.changed(edited) + b"\n% leftovers\n", "a.pdf", SIGNATURES, None).content
    assert content.count(b"%%EOF") == 1
    assert content.endswith(b"%%EOF\n")


def _seen() -> list[PlannedSignature]:
    return [PlannedSignature("FIELD_1_1", ("FIELD_1_2",), SEAL_BOX), PlannedSignature("FIELD_1_2")]


def _sealed_by_two(services, prepared: bytes, folder: Path) -> Path:
    seen = appearance_of(SealPlace(SEAL_BOX), Sealing("山田 太郎"), NOON, services.store, (FONT,))
    requests = [SignatureRequest("FIELD_1_1", "同意", appearance=seen), SignatureRequest("FIELD_1_2", "同意")]
    return seal_in_order(services, prepared, requests, folder, NOON)


def _all_judges_agree(services, sealed: Path, nss: Path, keys: Path) -> None:
    root = keys / "demo-pki" / "root.cert.pem"
    verdict = signing.verify_pdf(sealed, services.trust, NOON)
    assert verdict.verdict == "valid", verdict
    assert all(f.is_good for f in judges.pyhanko(sealed, root))
    assert all(f.is_good and f.stamp_is_good for f in judges.openssl(sealed, root, NOON))
    assert [f.is_valid for f in judges.pdfsig(sealed, nss)][:2] == [True, True]
    assert violations(sealed) == []


def test_a_font_that_is_not_embedded_does_not_look_like_a_change(services, tmp_path):
    """In a process of its own, where nothing was drawn before: PDFium's first replacement differs from all later."""
    prepared = prepare_document(hard.missing_font(), "a.pdf", _seen(), None)
    sealed = _sealed_by_two(services, prepared.content, tmp_path)
    verdict = verify_in_child(sealed, services.trust, NOON)
    assert verdict.verdict == "valid", verdict
