"""The form files that come with the portal: each is sound, fits its paper, and is asked for where it belongs."""

from pathlib import Path

import pytest

from forms.definitions import parse_forms
from forms.files import BUNDLED, read_form_file, with_form_files
from forms.meanings import Reading
from forms.model import FormDefinition, forms_in_force
from forms.official.paper import render_paper
from procurement.cities.kinds import ProcurementCategory
from procurement.cities.loader import load_cities
from tests.forms.examples import NOW, TODAY, pdf_text, pdf_tool
from tests.judges import fonts

FILES = sorted(BUNDLED.glob("*/*.toml"))
CONSTRUCTION = [
    ("①", "リサイクル別紙（建築物に係る新築工事等）"),
    ("①", "リサイクル別紙（建築物以外のものに係る工事）"),
    ("①", "リサイクル別紙（建築物に係る解体工事）"),
    ("②", "現場代理人及び主任技術者等選任通知書"),
    ("③", "現場代理人兼任届"),
    ("④", "中間前払金と部分払の選択に係る届出書"),
    ("⑤", "前払金申請書及び前払金請求書"),
    ("⑥", "電子契約利用申出書"),
    ("⑦", "工程表"),
    ("⑧", "電子保証に係る認証キーのお知らせ"),
]
SERVICES = [
    ("①", "業務主任技術者及び照査技術者選任通知書"),
    ("②", "前払金申請書及び前払金請求書"),
    ("③", "電子契約利用申出書"),
    ("④", "工程表"),
    ("⑤", "電子保証に係る認証キーのお知らせ"),
    ("⑥", "資格を証する書類"),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bundled_form_is_sound_and_fits_one_page(path: Path, tmp_path: Path) -> None:
    (form,) = read_form_file(path, load_cities())
    assert form.code == path.stem
    paper = render_paper(form, {}, NOW)
    assert "Pages:           1" in pdf_tool("pdfinfo", paper, tmp_path)
    assert "".join(form.title.split()) in pdf_text(paper, tmp_path)
    printed = tmp_path / "fonts.pdf"
    printed.write_bytes(paper)
    assert fonts(printed)
    assert all(fonts(printed).values())


@pytest.mark.parametrize(
    ("category", "wanted"),
    [
        (ProcurementCategory.CONSTRUCTION_WORKS, CONSTRUCTION),
        (ProcurementCategory.CONSTRUCTION_RELATED_SERVICES, SERVICES),
        (ProcurementCategory.GOODS, [("", "電子契約利用申出書")]),
    ],
)
def test_each_kind_of_case_is_asked_for_its_list(
    category: ProcurementCategory, wanted: list[tuple[str, str]]
) -> None:
    """FILE-20: the list, its order and its numbers."""
    forms = forms_in_force(_forms("ashikaga"), TODAY)
    offered = [(form.offer_for(category), form) for form in forms]
    listed = sorted(((o.position, o.mark, form.title) for o, form in offered if o), key=lambda row: row[0])
    assert [(mark, title) for _, mark, title in listed] == wanted


def test_uploads_alone_are_asked_for_where_the_list_says_so() -> None:
    """FILE-21: ※ items are handed in through the attachment function."""
    upload_only = {form.code for form in _forms("ashikaga") if form.is_upload_only}
    assert upload_only == {"authentication_key_notice", "qualification_documents"}


def test_the_papers_of_notices_say_that_they_are_read() -> None:
    """FILE-08, FILE-15: both offers are one form; its files are read as key notices, and no other paper's."""
    read = {
        form.code: [offer.mark for offer in form.offers]
        for form in _forms("ashikaga")
        for attachment in form.attachments
        if attachment.reads is Reading.KEY_NOTICE
    }
    assert read == {"authentication_key_notice": ["⑧", "⑤"]}


def _forms(city: str) -> tuple[FormDefinition, ...]:
    cities, problems = with_form_files(load_cities())
    assert problems == []
    return parse_forms(cities[city].forms)
