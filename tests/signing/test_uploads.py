"""Uploads: what cannot be signed honestly is refused with its reason; the rest is normalised."""

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String, pdfa

from signing.errors import UploadRefused
from signing.pades.layout import DATE_FIELD, DateBox, PlannedSignature
from signing.pades.prepare import prepare_document
from signing.testing import DATE_BOX, make_pdf

SIGNATURES = [PlannedSignature("FIELD_1_1", ("FIELD_1_2",)), PlannedSignature("FIELD_1_2")]


def saved(change, **options) -> bytes:
    with pikepdf.open(io.BytesIO(make_pdf())) as pdf:
        change(pdf)
        target = io.BytesIO()
        pdf.save(target, **options)
    return target.getvalue()


def xfa(pdf):
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))


def open_action(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def named_script(pdf):
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), Dictionary(JS=String("1"))])))


def launch(pdf):
    action = Dictionary(S=Name.Launch, F=String("calc.exe"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].obj.Annots = Array([link])


def program(pdf):
    pdf.attachments["setup.exe"] = pikepdf.AttachedFileSpec(pdf, b"MZ...", filename="setup.exe")


def hidden_program(pdf):
    spec = pikepdf.AttachedFileSpec(pdf, b"\x7fELF...", filename="readme.txt")
    pdf.attachments["readme.txt"] = spec


def signed(pdf):
    value = Dictionary(Type=Name.Sig, Contents=String("x"), ByteRange=Array([0, 1, 2, 3]))
    field = pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("s"), V=value))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (xfa, "has_xfa"),
        (open_action, "has_javascript"),
        (named_script, "has_javascript"),
        (launch, "has_launch_action"),
        (program, "has_program"),
        (hidden_program, "has_program"),
        (signed, "already_signed"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_upload_is_refused_with_its_reason(change, code):
    with pytest.raises(UploadRefused) as refused:
        prepare_document(saved(change), "工事.pdf", SIGNATURES, DATE_BOX)
    assert refused.value.code == code
    assert "工事.pdf" in refused.value.text
    assert refused.value.remedy


@pytest.mark.parametrize("password", ["secret", ""], ids=["password", "permissions only"])
def test_encrypted_upload_is_refused(password):
    protection = pikepdf.Encryption(owner="owner", user=password)
    with pytest.raises(UploadRefused) as refused:
        prepare_document(saved(lambda pdf: None, encryption=protection), "a.pdf", SIGNATURES, None)
    assert refused.value.code == "encrypted"


@pytest.mark.parametrize(
    ("content", "code"), [(b"PK\x03\x04", "not_a_pdf"), (b"%PDF-1.7\nrubbish", "damaged")]
)
def test_what_is_no_pdf_is_refused(content, code):
    with pytest.raises(UploadRefused) as refused:
        prepare_document(content, "a.pdf", SIGNATURES, None)
    assert refused.value.code == code


def test_date_box_outside_the_document_is_refused():
    with pytest.raises(UploadRefused, match="bad_date_box"):
        prepare_document(make_pdf(), "a.pdf", SIGNATURES, DateBox(2, 0, 0, 10, 10))


def test_an_ordinary_attachment_is_accepted():
    def table(pdf):
        pdf.attachments["data.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b", filename="data.csv")

    assert prepare_document(saved(table), "a.pdf", SIGNATURES, None).page_count == 1


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

    content = prepare_document(saved(edited) + b"\n% leftovers\n", "a.pdf", SIGNATURES, None).content
    assert content.count(b"%%EOF") == 1
    assert content.endswith(b"%%EOF\n")
