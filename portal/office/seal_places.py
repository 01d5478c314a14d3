"""Place of a seal (印影の位置): by a click on the page or in millimetres, with a picture of how it will look."""

import io
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from PIL import Image, ImageChops, ImageDraw
from wtforms import Form
from wtforms.validators import InputRequired

from forms.pictures import page_size, render_page
from forms.places import MM, MillimetreField
from portal.acting import house, looking
from portal.file_answers import picture_answer
from portal.office import blueprint
from portal.office.access import REFUSED, Page, show, the_contract
from portal.office.seal_choices import HIDDEN, Choice, as_values, read_choice
from portal.office.send_drafts import SendDraft, send_draft
from portal.office.uploads import NO_FILE, chosen
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows.act import Act
from procurement.contracts import Contract
from signing import PartyDraft
from signing.errors import SigningRefused
from signing.pades.appearances import draw
from signing.pades.layout import SealPlace
from signing.seal_images import normalise_seal_image
from signing.visible_seals import Sealing, appearance_of, check_seal

WIDTH = 540
SMALLEST, LARGEST = 8.0, 200.0
EDGE = (0, 23, 193)


class SealForm(Form):  # type: ignore[misc]
    """Left, bottom, width and height of a seal."""

    left = MillimetreField(
        "左の端から", validators=[InputRequired("左の端からの長さが空欄です。")], render_kw={"suffix": "mm"}
    )
    bottom = MillimetreField(
        "下の端から", validators=[InputRequired("下の端からの長さが空欄です。")], render_kw={"suffix": "mm"}
    )
    width = MillimetreField(
        "横の長さ", validators=[InputRequired("横の長さが空欄です。")], render_kw={"suffix": "mm"}
    )
    height = MillimetreField(
        "縦の長さ", validators=[InputRequired("縦の長さが空欄です。")], render_kw={"suffix": "mm"}
    )


@blueprint.get("/contracts/<contract_id>/send/seal")
@requires(Permission.OFFICE_SEND_CONTRACT)
def show_seal_place(contract_id: str) -> Page:
    """The page with the seal on it; with `decide` the choice goes back to the sending page."""
    with looking() as act:
        work = _work(act, the_contract(act, contract_id))
        form = SealForm(request.args if "left" in request.args else None, **_lengths(work.choice))
        if "left" in request.args and not form.validate():
            return _page(act, work, form), 422
        if "decide" not in request.args:
            return _page(act, work, form)
        try:
            check_seal(work.choice.place, work.person, house().store, (house().services.font,))
        except REFUSED as refusal:
            return _page(act, work, form, refusal=refusal), 422
        return redirect(url_for(".show_send", contract_id=contract_id, **work.values()))


@blueprint.post("/contracts/<contract_id>/send/seal-image")
@requires(Permission.OFFICE_SEND_CONTRACT)
@takes_upload()
def submit_seal_image(contract_id: str) -> Page:
    """Check a seal image, keep it, and go back to the page that was left."""
    with looking() as act:
        work = _work(act, the_contract(act, contract_id))
        try:
            uploads = chosen(request.files.getlist("file"))
            if not uploads:
                raise NO_FILE
            seal = normalise_seal_image(uploads[0].read(), uploads[0].filename or "印影")
        except REFUSED as refusal:
            return _page(act, work, SealForm(**_lengths(work.choice)), refusal=refusal), 422
        work.choice = replace(work.choice, image=house().store.put(seal.png))
        flash("印影の画像を取り込みました。白い背景は透明にしてあります。", "success")
        return redirect(
            url_for(".show_seal_place", contract_id=contract_id, party=work.number, **work.values())
        )


@blueprint.get("/contracts/<contract_id>/send/seal.png")
@requires(Permission.OFFICE_SEND_CONTRACT)
def show_seal_picture(contract_id: str) -> Response:
    """The page with every seal that belongs on it; the one in hand has an edge around it."""
    with looking() as act:
        work = _work(act, the_contract(act, contract_id))
        return picture_answer(_picture(act, work))


class _Work:
    """One person's seal in hand: the envelope, what was chosen for everybody, and this one's choice."""

    def __init__(self, contract: Contract, sending: SendDraft) -> None:
        self.contract = contract
        self.sending = sending
        self.number = request.values.get("party", 0, type=int)
        if self.number not in sending.chosen:
            abort(404)
        self.party: PartyDraft = sending.draft.parties[self.number - 1]
        self.choice = _typed(read_choice(sending.chosen[self.number]) or Choice())
        document = min(max(1, self.choice.document), len(contract.documents))
        pages = contract.documents[document - 1].page_count
        self.choice = replace(self.choice, document=document, page=min(max(1, self.choice.page), pages))
        if request.values.get("at.x", 0, type=int) or request.values.get("at.y", 0, type=int):
            self.choice = _clicked(self.choice, self.size())

    @property
    def person(self) -> Sealing:
        return Sealing(self.party.name, self.party.organisation, self.party.title)

    @property
    def document(self) -> Any:
        return self.contract.documents[self.choice.document - 1]

    def path(self) -> Path:
        return house().store.path(self.document.draft_sha256)

    def size(self) -> tuple[float, float]:
        """The displayed page in points."""
        return page_size(self.path(), self.choice.page - 1)

    def values(self, *, hidden: bool = False) -> dict[str, Any]:
        """Everything that was chosen, this choice with it, for an address."""
        choice = HIDDEN if hidden else self.choice.written()
        chosen_now = self.sending.chosen | {self.number: choice}
        return as_values(chosen_now) | {"signatory": self.sending.signatory.id}


def _work(act: Act, contract: Contract) -> _Work:
    if not contract.documents:
        abort(404)
    try:
        return _Work(contract, send_draft(act, contract))
    except REFUSED:
        abort(404)


def _typed(choice: Choice) -> Choice:
    """The choice with what this request says of it."""
    values = request.values
    if "document" in values:
        choice = replace(choice, document=values.get("document", 1, type=int))
    if "page" in values:
        choice = replace(choice, page=values.get("page", 1, type=int))
    if "left" not in values:
        return choice
    form = SealForm(values)
    if form.validate():
        lengths = {name: field.data for name, field in form._fields.items()}
        choice = replace(choice, **lengths)
    return replace(
        choice,
        show_text="text" in values,
        image=choice.image if "image" in values else None,
        width=min(max(SMALLEST, choice.width), LARGEST),
        height=min(max(SMALLEST, choice.height), LARGEST),
    )


def _clicked(choice: Choice, size: tuple[float, float]) -> Choice:
    """The click is the middle of the seal; the seal stays on the page. (The Enter key sends a click at 0, 0.)"""
    scale = size[0] / WIDTH / MM
    across = request.values.get("at.x", 0, type=int) * scale - choice.width / 2
    up = size[1] / MM - request.values.get("at.y", 0, type=int) * scale - choice.height / 2
    most = (size[0] / MM - choice.width, size[1] / MM - choice.height)
    left, bottom = (
        round(min(max(0.0, at), max(0.0, end - 0.1)), 1) for at, end in zip((across, up), most, strict=True)
    )
    return replace(choice, left=left, bottom=bottom)


def _lengths(choice: Choice) -> dict[str, float]:
    return {"left": choice.left, "bottom": choice.bottom, "width": choice.width, "height": choice.height}


def _page(act: Act, work: _Work, form: SealForm, **values: Any) -> str:
    size = work.size()
    if not form.errors:
        form = SealForm(**_lengths(work.choice))
    others = as_values({n: text for n, text in work.sending.chosen.items() if n != work.number})
    return show(
        "signing/seal_place",
        act,
        contract=work.contract,
        case=work.contract.case,
        work=work,
        form=form,
        others=others | {"signatory": work.sending.signatory.id},
        picture_href=url_for(
            ".show_seal_picture", contract_id=work.contract.id, party=work.number, **work.values()
        ),
        hidden_href=url_for(".show_send", contract_id=work.contract.id, **work.values(hidden=True)),
        documents=[(str(n), d.name) for n, d in enumerate(work.contract.documents, start=1)],
        width=WIDTH,
        height=round(WIDTH * size[1] / size[0]),
        page_mm=(round(size[0] / MM), round(size[1] / MM)),
        **values,
    )


def _picture(act: Act, work: _Work) -> bytes:
    size = work.size()
    with Image.open(io.BytesIO(render_page(work.path(), work.choice.page - 1, WIDTH))) as opened:
        page = opened.convert("RGB")
    chosen_now = work.sending.chosen | {work.number: work.choice.written()}
    for number, text in chosen_now.items():
        choice = read_choice(text)
        if choice and (choice.document, choice.page) == (work.choice.document, work.choice.page):
            _put(page, size, choice.place, work.sending.draft.parties[number - 1], act, number == work.number)
    target = io.BytesIO()
    page.save(target, "PNG")
    return target.getvalue()


def _put(
    page: Image.Image,
    size: tuple[float, float],
    place: SealPlace,
    party: PartyDraft,
    act: Act,
    is_in_hand: bool,
) -> None:
    """Lays a seal over the page as ink on paper."""
    scale, box = page.width / size[0], place.box
    corner = (round(box.left * scale), round((size[1] - box.top) * scale))
    extent = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    person = Sealing(party.name, party.organisation, party.title)
    try:
        seen = appearance_of(place, person, act.now, house().store, (house().services.font,))
    except SigningRefused:
        seen = None
    if seen is not None:
        seal = _drawn(draw(seen), extent)
        under = page.crop((*corner, corner[0] + extent[0], corner[1] + extent[1]))
        page.paste(ImageChops.multiply(under, seal), corner)
    if is_in_hand:
        edges = (corner[0] - 2, corner[1] - 2, corner[0] + extent[0] + 2, corner[1] + extent[1] + 2)
        ImageDraw.Draw(page).rectangle(edges, outline=EDGE, width=2)


def _drawn(pdf: bytes, extent: tuple[int, int]) -> Image.Image:
    with tempfile.TemporaryDirectory(prefix="warifu-seal-") as folder:
        path = Path(folder) / "seal.pdf"
        path.write_bytes(pdf)
        with Image.open(io.BytesIO(render_page(path, 0, 2 * extent[0]))) as opened:
            return opened.convert("RGB").resize(extent)
