"""Attachments: what is taken, what is refused and how, what is seen of them, and that nothing typed is lost."""

import io
import zipfile
from pathlib import Path

import pikepdf
from flask import Flask
from PIL import ExifTags, Image
from werkzeug.test import TestResponse

from portal.acting import house
from tests.portal.contractor.desk import ANSWERS, Desk, text_of
from tests.portal.contractor.test_filings import some_pdf

TORN = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 and then nothing'
)


def workbook(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (
            {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"} | parts
        ).items():
            package.writestr(name, content)
    return target.getvalue()


def photo() -> bytes:
    """As a phone writes it: lying, with the note that it is to be turned."""
    exif, target = Image.Exif(), io.BytesIO()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (400, 200), "gray").save(target, "JPEG", exif=exif)
    return target.getvalue()


def names(desk: Desk) -> list[str]:
    return desk.read(lambda case: [a.name for f in case.filings for a in f.current.attachments])


def refused(answer: TestResponse, words: str) -> None:
    assert answer.status_code == 422
    assert words in text_of(answer.text), text_of(answer.text)


BAD_FILES = (
    (b"", "契約書案.pdf", "「契約書案.pdf」は空（0バイト）です。"),
    (b"MZ\x90\x00 program", "契約書案.pdf", "プログラムです。受け付けられません。"),
    (b"%PDF-1.7 torn", "契約書案.pdf", "PDFとして開けません"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1", "IMG_1.HEIC", "「互換性優先」"),
    (workbook()[:-40], "内訳.xlsx", "保存が途中で切れた"),
    (workbook(**{"xl/vbaProject.bin": b"x"}), "内訳.xlsm", "マクロやプログラムが含まれています"),
    (workbook(**{"xl/a.xml": b"0" * 20_000_000}), "内訳.xlsx", "極端に大きくなるファイルです"),
)


def test_a_bad_file_is_refused_in_words_and_nothing_is_lost(iwaki: Desk) -> None:
    client = iwaki.browser()
    client.post(f"{iwaki.filing}/sections/3", data={**ANSWERS["iwaki"][2], "action": "draft"})
    for content, name, words in BAD_FILES:
        refused(iwaki.attach(client, content, name, "other_documents"), words)
    refused(iwaki.attach(client, workbook(), "内訳.pdf"), "「内訳.pdf」はExcel（xlsx）です。")
    assert names(iwaki) == []
    assert "試験 三郎" in client.get(f"{iwaki.filing}/sections/3").text


def test_ten_thousand_pages_are_refused_with_the_limit(iwaki: Desk) -> None:
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(10_000):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(target)
    answer = iwaki.attach(iwaki.browser(), target.getvalue(), "図面.pdf")
    refused(answer, "「図面.pdf」は10000ページあります。1ファイル500ページまでです。")
    assert names(iwaki) == []


def test_a_form_without_a_file_says_so(iwaki: Desk) -> None:
    client = iwaki.browser()
    answer = client.post(
        f"{iwaki.filing}/attachments/contract_draft", data={}, content_type="multipart/form-data"
    )
    refused(answer, "ファイルが選ばれていません。")


def test_a_file_larger_than_the_setting_is_refused_with_the_limit(app: Flask, iwaki: Desk) -> None:
    app.config["MAX_ATTACHMENT_BYTES"] = 2_000_000
    client = iwaki.browser()
    refused(iwaki.attach(client, b"%PDF-" + b"x" * 2_000_001, "図面.pdf"), "1ファイル1.90735MBまで")
    answer = iwaki.attach(client, b"x" * 2_100_000, "図面.pdf")
    assert answer.status_code == 413
    assert "この画面から1回に送れるのは" in answer.text
    assert "保存した下書きはそのまま残っています" in answer.text
    assert names(iwaki) == []


NAMES = (
    ("C:/図面/平面図.PDF", "平面図.pdf"),
    ("../../etc/passwd", "passwd.pdf"),
    ("立面\x07図\x1b.pdf", "立面図.pdf"),
    ("図" * 300 + ".pdf", "図" * 100 + ".pdf"),
    ("𠮷田邸\u202efdp.exe", "𠮷田邸fdp.pdf"),
)


def test_names_from_outside_are_made_safe(app: Flask, iwaki: Desk) -> None:
    client = iwaki.browser()
    for number, (name, _) in enumerate(NAMES):
        content = some_pdf(app) + b"\n" * number
        assert iwaki.attach(client, content, name, "other_documents").status_code == 302
    assert names(iwaki) == [kept for _, kept in NAMES]
    page = client.get(f"{iwaki.filing}/attachments").text
    assert all(kept in page for _, kept in NAMES)


def test_two_files_of_one_name_are_both_kept_and_one_file_only_once(app: Flask, iwaki: Desk) -> None:
    client = iwaki.browser()
    pdf = some_pdf(app)
    iwaki.attach(client, pdf, "図面.pdf", "other_documents")
    iwaki.attach(client, pdf + b"\n", "図面.pdf", "other_documents")
    assert names(iwaki) == ["図面.pdf", "図面（2）.pdf"]
    assert "同じ名前のファイルがあるため、「図面（2）.pdf」" in client.get(f"{iwaki.filing}/attachments").text
    refused(iwaki.attach(client, pdf, "別名.pdf", "other_documents"), "すでに添付した「図面.pdf」と同じ中身")
    assert names(iwaki) == ["図面.pdf", "図面（2）.pdf"]


def test_an_upload_that_breaks_off_says_so_and_leaves_nothing(
    app: Flask, iwaki: Desk, tmp_path: Path
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = iwaki.browser()
    address = f"{iwaki.filing}/attachments/contract_draft"
    answer = client.post(address, data=TORN, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 400
    assert "途中で切れた" in answer.text
    assert "もう一度ファイルを選んで送信してください" in answer.text
    assert names(iwaki) == []
    with app.app_context():
        assert not list(house().store.root.rglob("*.part"))


def test_pages_of_a_pdf_are_seen_without_another_program(app: Flask, iwaki: Desk) -> None:
    client = iwaki.browser()
    iwaki.attach(client, some_pdf(app), "契約書案.pdf")
    attachment = iwaki.read(lambda case: case.filings[0].current.attachments[0].id)
    place = f"{iwaki.filing}/versions/1/attachments/{attachment}"
    assert f"{place}/preview" in client.get(f"{iwaki.filing}/attachments").text
    page = client.get(f"{place}/preview").text
    assert f"{place}/pages/1-1200" in page
    assert "全1ページ" in page
    picture = client.get(f"{place}/pages/1-1200")
    assert picture.data.startswith(b"\x89PNG")
    assert client.get(f"{place}/pages/2-1200").status_code == 404
    assert client.get(f"{place}/pages/1-1201").status_code == 404


def test_a_photo_is_seen_upright_and_kept_as_it_came(iwaki: Desk) -> None:
    client = iwaki.browser()
    given = photo()
    assert iwaki.attach(client, given, "現場.jpg", "other_documents").status_code == 302
    attachment = iwaki.read(lambda case: case.filings[0].current.attachments[0].id)
    place = f"{iwaki.filing}/versions/1/attachments/{attachment}"
    answer = client.get(f"{place}/pages/1-160")
    assert answer.mimetype == "image/jpeg"
    with Image.open(io.BytesIO(answer.data)) as seen:
        assert (seen.width, seen.height) == (160, 320)
    assert client.get(f"{place}/preview").status_code == 200
    assert client.get(place).data == given


def test_excel_is_downloaded_not_shown(iwaki: Desk) -> None:
    client = iwaki.browser()
    given = workbook()
    assert iwaki.attach(client, given, "内訳.xls", "other_documents").status_code == 302
    assert names(iwaki) == ["内訳.xlsx"]
    attachment = iwaki.read(lambda case: case.filings[0].current.attachments[0].id)
    place = f"{iwaki.filing}/versions/1/attachments/{attachment}"
    assert "内容を表示する" not in client.get(f"{iwaki.filing}/attachments").text
    assert client.get(f"{place}/preview").status_code == 404
    assert client.get(f"{place}/pages/1-160").status_code == 404
    answer = client.get(place)
    assert answer.data == given
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_stored_file_that_was_changed_is_not_handed_out(app: Flask, iwaki: Desk) -> None:
    client = iwaki.browser()
    iwaki.attach(client, some_pdf(app), "契約書案.pdf")
    attachment, sha256 = iwaki.read(
        lambda case: (
            case.filings[0].current.attachments[0].id,
            case.filings[0].current.attachments[0].sha256,
        )
    )
    with app.app_context():
        path = house().store.path(sha256)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b"x")
    assert client.get(f"{iwaki.filing}/versions/1/attachments/{attachment}").status_code == 422
