"""An uploaded file is known by its content; a hostile one is refused with a reason and a way out."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import ExifTags, Image

from forms.file_names import safe_file_name, unused_name
from forms.pictures import render_photo
from forms.uploads import UploadLimits, detected_kind, inspect_pdf, inspect_upload
from procurement.errors import RuleViolation

HUNDRED_MB = 100 * 1024 * 1024
ALL = ("pdf", "jpeg", "png", "xlsx", "docx")


def made_pdf(
    path: Path, change: Callable[[Pdf], None] = lambda pdf: None, pages: int = 1, **save: object
) -> Path:
    with Pdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        change(pdf)
        pdf.save(path, **save)
    return path


def office_file(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in ({"[Content_Types].xml": b"<Types/>"} | parts).items():
            package.writestr(name, content)
    return path


def code_of(path: Path, name: str = "契約書.pdf", limits: UploadLimits | None = None) -> str:
    with pytest.raises(RuleViolation) as refused:
        inspect_upload(path, name, ALL, limits)
    assert refused.value.remedy
    return refused.value.code


def open_script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def named_script(pdf: Pdf) -> None:
    action = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action])))


def launch(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.Launch, F=String("calc.exe"))


def xfa(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([String("x"), pdf.make_stream(b"<xdp/>")]))


def signature(pdf: Pdf) -> None:
    value = Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("00"), ByteRange=Array([0, 1, 2, 3])
    )
    field = pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("s"), V=pdf.make_indirect(value)))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)


def certification(pdf: Pdf) -> None:
    pdf.Root.Perms = Dictionary(DocMDP=pdf.make_indirect(Dictionary(Type=Name.Sig)))


def test_a_plain_pdf_is_taken_with_its_pages(tmp_path: Path) -> None:
    found = inspect_pdf(made_pdf(tmp_path / "a", pages=3), "../契約書 案.PDF")
    assert (found.kind, found.page_count, found.name) == ("pdf", 3, "契約書 案.pdf")
    assert found.media_type == "application/pdf"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (open_script, "upload.script"),
        (named_script, "upload.script"),
        (launch, "upload.launch"),
        (xfa, "upload.xfa"),
        (signature, "upload.signed"),
        (certification, "upload.signed"),
    ],
)
def test_active_and_signed_pdfs_are_refused(change: Callable[[Pdf], None], code: str, tmp_path: Path) -> None:
    assert code_of(made_pdf(tmp_path / "a.pdf", change)) == code


@pytest.mark.parametrize("passwords", [("owner", "user"), ("owner", "")])
def test_a_protected_pdf_is_refused(passwords: tuple[str, str], tmp_path: Path) -> None:
    owner, user = passwords
    path = made_pdf(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner=owner, user=user))
    assert code_of(path) == "upload.encrypted"


def test_too_many_pages_and_too_many_bytes_are_refused(tmp_path: Path) -> None:
    path = made_pdf(tmp_path / "a.pdf", pages=11)
    assert code_of(path, limits=UploadLimits(max_pages=10)) == "upload.too_many_pages"
    assert code_of(path, limits=UploadLimits(max_bytes=100)) == "upload.too_large"


def test_a_hundred_megabytes_are_taken_and_a_byte_more_is_not(tmp_path: Path) -> None:
    def drawing(pdf: Pdf) -> None:
        pdf.Root.Drawing = pdf.make_indirect(pdf.make_stream(bytes(HUNDRED_MB - 10_000)))

    path = made_pdf(tmp_path / "a.pdf", drawing, compress_streams=False)
    assert HUNDRED_MB - 10_000 < path.stat().st_size <= HUNDRED_MB
    assert inspect_upload(path, "図面.pdf", ALL, UploadLimits(max_bytes=HUNDRED_MB)).kind == "pdf"
    with path.open("ab") as file:
        file.truncate(HUNDRED_MB + 1)
    assert code_of(path, limits=UploadLimits(max_bytes=HUNDRED_MB)) == "upload.too_large"


def test_ten_thousand_pages_are_refused_in_time(tmp_path: Path) -> None:
    assert code_of(made_pdf(tmp_path / "a.pdf", pages=10_000)) == "upload.too_many_pages"


def test_an_inspection_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    def inflate(pdf: Pdf) -> None:
        pdf.Root.Bomb = pdf.make_indirect(String("a" * 100_000_000))

    path = made_pdf(tmp_path / "a.pdf", inflate, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert path.stat().st_size < 1_000_000
    refused = code_of(path, limits=UploadLimits(memory_megabytes=160))
    assert refused in ("upload.too_heavy", "upload.damaged")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "upload.empty"),
        (b"MZ\x90\x00 program", "upload.program"),
        (b"MZ\x90\x00 %PDF-1.7 program", "upload.program"),
        (b"\x7fELF program", "upload.program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "upload.old_office"),
        (b"hello", "upload.wrong_kind"),
        (b"%PDF-1.7\nnothing here", "upload.damaged"),
        (b"\xff\xd8\xff broken", "upload.damaged"),
        (b"PK\x03\x04 broken", "upload.damaged"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "upload.heif"),
    ],
)
def test_content_decides_not_the_name(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    assert code_of(path) == code


def test_an_attachment_may_carry_a_signature_of_others_but_no_script(tmp_path: Path) -> None:
    signed = made_pdf(tmp_path / "signed.pdf", signature)
    assert inspect_upload(signed, "保証証券.pdf", ALL, is_to_be_signed=False).page_count == 1
    with pytest.raises(RuleViolation) as refused:
        inspect_upload(made_pdf(tmp_path / "a.pdf", open_script), "a.pdf", ALL, is_to_be_signed=False)
    assert refused.value.code == "upload.script"


def test_a_photo_of_an_iphone_is_refused_with_the_setting_that_helps(tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
    with pytest.raises(RuleViolation) as refused:
        inspect_upload(path, "IMG_0001.HEIC", ALL)
    assert "HEIC形式" in refused.value.text
    assert "「互換性優先」" in refused.value.remedy


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_that_breaks_off_is_refused(form: str, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    Image.effect_noise((400, 300), 50).save(path, form)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert code_of(path, "現場.jpg") == "upload.damaged"


def test_a_photo_is_shown_the_way_the_camera_was_held(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    photo = Image.new("RGB", (400, 200), "white")
    photo.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # the camera stood upright, its top to the right
    photo.save(path, exif=exif)
    with Image.open(io.BytesIO(render_photo(path, 100))) as shown:
        assert (shown.width, shown.height) == (100, 200)
        assert not shown.getexif()
        top, bottom = shown.getpixel((50, 20)), shown.getpixel((50, 180))
    assert top[1] < 80 < 200 < bottom[1]


def test_a_transparent_picture_is_shown_on_white(tmp_path: Path) -> None:
    path = tmp_path / "seal.png"
    Image.new("RGBA", (80, 80), (0, 0, 0, 0)).save(path)
    with Image.open(io.BytesIO(render_photo(path, 640))) as shown:
        assert shown.getpixel((40, 40)) == (255, 255, 255)


def test_what_is_no_picture_cannot_be_shown_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"no picture")
    with pytest.raises(RuleViolation):
        render_photo(path, 640)


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "jpeg"), ("PNG", "png")])
def test_pictures_are_taken(form: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    Image.new("RGB", (20, 10)).save(path, form)
    assert inspect_upload(path, "写真", ALL).kind == kind


def test_a_picture_of_too_many_pixels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    content = io.BytesIO()
    Image.new("1", (1, 1)).save(content, "PNG")
    raw = bytearray(content.getvalue())
    raw[16:24] = (60_000).to_bytes(4, "big") * 2
    path.write_bytes(bytes(raw))
    assert code_of(path, "a.png") in ("upload.too_many_pixels", "upload.damaged")


@pytest.mark.parametrize(("part", "kind"), [("xl/workbook.xml", "xlsx"), ("word/document.xml", "docx")])
def test_office_files_are_taken(part: str, kind: str, tmp_path: Path) -> None:
    path = office_file(tmp_path / "a.bin", {part: b"<x/>"})
    found = inspect_upload(path, "内訳書.pdf", ALL)
    assert (found.kind, found.name) == (kind, f"内訳書.{kind}")


def test_macros_and_zip_bombs_are_refused(tmp_path: Path) -> None:
    macro = office_file(tmp_path / "m", {"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"})
    assert code_of(macro, "m.xlsx") == "upload.macro"
    bomb = office_file(tmp_path / "b", {"xl/workbook.xml": b"<x/>", "xl/a.xml": b"0" * 20_000_000})
    assert code_of(bomb, "b.xlsx") == "upload.bomb"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/vbaProject.bin", b"x"),
        ("xl/macrosheets/sheet1.xml", b"<x/>"),
        ("word/activeX/activeX1.xml", b"<x/>"),
        ("word/embeddings/setup.exe", b"MZ"),
        ("[Content_Types].xml", b"application/vnd.ms-word.document.macroEnabled.main+xml"),
    ],
)
def test_macros_are_found_wherever_they_hide(name: str, content: bytes, tmp_path: Path) -> None:
    path = office_file(tmp_path / "a.docx", {"word/document.xml": b"<x/>", name: content})
    assert code_of(path, "申請書.docx") == "upload.macro"


def test_what_a_list_of_contents_hides_is_found_by_unpacking(tmp_path: Path) -> None:
    path = office_file(tmp_path / "b", {"xl/workbook.xml": b"<x/>", "xl/a.xml": b"0" * 2_000_000})
    raw = bytearray(path.read_bytes())
    entry = raw.rindex(b"xl/a.xml") - 46
    raw[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    assert code_of(path, "b.xlsx") == "upload.damaged"


def test_a_part_that_is_not_whole_or_locked_is_refused(tmp_path: Path) -> None:
    path = office_file(tmp_path / "b", {"xl/workbook.xml": b"<x/>", "xl/a.xml": random.randbytes(5000)})
    raw = bytearray(path.read_bytes())
    torn, locked = bytearray(raw), bytearray(raw)
    torn[raw.index(b"xl/a.xml") + 1000] ^= 0xFF
    path.write_bytes(bytes(torn))
    assert code_of(path, "b.xlsx") == "upload.damaged"
    locked[raw.rindex(b"xl/a.xml") - 46 + 8] |= 1
    path.write_bytes(bytes(locked))
    assert code_of(path, "b.xlsx") == "upload.locked"


def test_a_package_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    parts = {f"xl/{number}": b"" for number in range(5_001)}
    assert code_of(office_file(tmp_path / "b", parts | {"xl/workbook.xml": b""}), "b.xlsx") == "upload.bomb"


def test_any_zip_is_not_an_office_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("a.exe", b"MZ")
    assert detected_kind(tmp_path / "a.zip") is None


def test_a_kind_that_is_not_wanted_here_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Image.new("RGB", (20, 10)).save(path, "PNG")
    with pytest.raises(RuleViolation) as refused:
        inspect_pdf(path, "photo.pdf")
    assert refused.value.code == "upload.wrong_kind"
    assert "PNG画像" in refused.value.text


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("契約書.pdf", "契約書.pdf"),
        ("C:\\Users\\a\\契約書.PDF", "契約書.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("契約\u202efdp.exe", "契約fdp.pdf"),
        ("か\u3099い.pdf", "がい.pdf"),
        ("図面/", "図面.pdf"),
        ("a/\u2028\x07b/", "b.pdf"),
        ("第1.2版", "第1.2版.pdf"),
        ("", "書類.pdf"),
        ("...", "書類.pdf"),
        ("CON.pdf", "書類CON.pdf"),
        ("あ" * 300 + ".pdf", "あ" * 100 + ".pdf"),
    ],
)
def test_names_from_outside_are_made_safe(name: str, safe: str) -> None:
    assert safe_file_name(name, "pdf") == safe


def test_a_second_file_of_a_name_gets_a_number() -> None:
    assert unused_name("図面.pdf", ["写真.pdf"]) == "図面.pdf"
    assert unused_name("図面.pdf", ["図面.pdf"]) == "図面（2）.pdf"
    assert unused_name("図面.pdf", ["図面.pdf", "図面（2）.pdf"]) == "図面（3）.pdf"
