"""Helpers for tests of whoever uses the signing service: a document, a movable clock, opened services."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pikepdf import Name, Pdf, pdfa
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from signing import circulations, envelopes
from signing.envelopes import DocumentDraft, EnvelopeDraft, PartyDraft
from signing.evidence import Circumstances
from signing.modes import Side, ViewingRule
from signing.orm import CirculationStep, Envelope, Evidence
from signing.pades.layout import DateBox
from signing.pades.seal import SignatureRequest, embed
from signing.services import SealingServices, open_services
from signing.stores import FileStore

FONT = Path("/usr/share/fonts/truetype/bizud-mincho/BIZUDMincho-Regular.ttf")
DATE_BOX = DateBox(page=1, left=120, bottom=690, right=320, top=712)
BY_MAIL_LINK = Circumstances(
    authentication="mail_link", ip_address="192.0.2.1", user_agent="test", pressed="同意して確認完了"
)
CONTRACTOR = PartyDraft(Side.RECEIVER, "山田 太郎", "株式会社山田建設", "taro@example.co.jp", "代表取締役")
CITY = PartyDraft(Side.SENDER, "市長 花子", "見本市", "mayor@city.example.jp", "市長")


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def make_pdf(text: str = "建設工事請負契約書", pages: int = 1) -> bytes:
    """A small PDF/A-2b with Japanese text."""
    if "warifu-test" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("warifu-test", str(FONT)))
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842), initialFontName="warifu-test", lang="ja-JP")
    canvas.setTitle(text)
    for page in range(1, pages + 1):
        canvas.setFont("warifu-test", 12)
        canvas.drawString(60, 760, f"{text} {page}")
        canvas.drawString(60, 697, "契約日")
        canvas.showPage()
    canvas.save()
    with Pdf.open(io.BytesIO(target.getvalue())) as pdf:
        for page_object in pdf.pages:
            if Name.Trans in page_object:
                del page_object[Name.Trans]
        pdfa.prepare(pdf, "2b")
        finished = io.BytesIO()
        pdf.save(finished, **pdfa.resolve_save_kwargs("2b"))
    return finished.getvalue()


def demo_services(folder: Path, clock: MovableClock) -> SealingServices:
    """Services on the demo PKI, everything under `folder`."""
    store = FileStore(folder / "documents")
    return open_services(folder / "keys", store=store, font=FONT, clock=clock, allow_demo=True)


def make_envelope(
    session: Session,
    services: SealingServices,
    now: datetime,
    documents: Sequence[DocumentDraft] | None = None,
    parties: Sequence[PartyDraft] = (CONTRACTOR, CITY),
) -> Envelope:
    """An envelope that is ready to be sent."""
    draft = EnvelopeDraft(
        owner="mihon",
        reference="contract-1",
        title="市道改良工事",
        sender_name="見本市",
        documents=documents or [DocumentDraft("契約書.pdf", make_pdf(), DATE_BOX)],
        parties=parties,
        viewing_rule=ViewingRule.NONE,
    )
    return envelopes.create_envelope(session, envelopes.prepare_envelope(services, draft), now)


def agree(session: Session, step: CirculationStep, now: datetime) -> Evidence:
    """The person whose turn it is presses the button."""
    return circulations.consent(session, step.id, BY_MAIL_LINK, now)


def seal_in_order(
    services: SealingServices,
    prepared: bytes,
    requests: Sequence[SignatureRequest],
    folder: Path,
    now: datetime,
) -> Path:
    """Seals a prepared document without any database: one signature for each request, then the time-stamp."""
    current = folder / "version-0.pdf"
    current.write_bytes(prepared)
    sealer, tbs = services.sealer, folder / "tbs.pdf"
    for number, request in enumerate(requests, start=1):
        hole = sealer.prepare_signature(current, tbs, request, now)
        current = folder / f"version-{number}.pdf"
        embed(tbs, current, hole, sealer.sign(hole.digest).cms)
    hole = sealer.prepare_timestamp(current, tbs, "document_timestamp", now)
    current = folder / "sealed.pdf"
    embed(tbs, current, hole, sealer.stamp(hole.digest).cms)
    return current


def make_seal_image(text: str = "山田") -> bytes:
    """A round red seal on white paper (JPEG), as somebody would scan it."""
    picture = Image.new("RGB", (420, 420), "white")
    pencil = ImageDraw.Draw(picture)
    pencil.ellipse((30, 30, 390, 390), outline=(200, 30, 30), width=22)
    lettering = ImageFont.truetype(str(FONT), 240 // max(2, len(text)) + 20)
    pencil.text((210, 205), text, fill=(200, 30, 30), font=lettering, anchor="mm")
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=92)
    return target.getvalue()


NOON = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
"""Noon in Tokyo."""
