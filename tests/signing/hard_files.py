"""Generators of difficult PDFs: each makes one kind of trouble, and says it in its name.

They start from a plain contract or from bytes written by hand, so that what is odd about them is all there is.
"""

from __future__ import annotations

import io
import os
import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

from signing.testing import make_pdf

Change = Callable[[Pdf], None]


def changed(change: Change, pages: int = 1, **options) -> bytes:
    """A plain contract with one change, saved by pikepdf."""
    with pikepdf.open(io.BytesIO(make_pdf(pages=pages))) as pdf:
        change(pdf)
        target = io.BytesIO()
        pdf.save(target, **options)
    return target.getvalue()


def plain() -> bytes:
    return make_pdf(pages=2)


# --- structure ---------------------------------------------------------------------------------------------


def broken_cross_reference() -> bytes:
    """Every offset of the table is wrong."""
    content = changed(lambda pdf: None, object_stream_mode=ObjectStreamMode.disable)
    start = content.rindex(b"\nxref") + 1
    table, rest = content[start:].split(b"trailer", 1)
    lines = [
        b"%010d 00000 n" % (int(line[:10]) + 7) if line.rstrip().endswith(b"n") else line
        for line in table.splitlines()
    ]
    return content[:start] + b"\n".join(lines) + b"\ntrailer" + rest


def missing_cross_reference() -> bytes:
    """The file ends in the middle of its table, as after a broken download."""
    content = changed(lambda pdf: None, object_stream_mode=ObjectStreamMode.disable)
    return content[: content.rindex(b"\nxref") + 40]


def wrong_startxref() -> bytes:
    content = changed(lambda pdf: None)
    head, _ = content.rsplit(b"startxref", 1)
    return head + b"startxref\n999999999\n%%EOF\n"


def rubbish_before_the_header() -> bytes:
    return b"\r\nContent-Type: application/pdf\r\n\r\n" + plain()


def rubbish_after_the_end() -> bytes:
    return plain() + b"\0" * 900 + b"<html>sent by a mail gateway</html>"


def hybrid_references() -> bytes:
    """A table for old readers and a stream (/XRefStm) for new ones: an object that only the stream knows."""
    body = b"%PDF-1.5\n"
    offsets: dict[int, int] = {}

    def add(number: int, content: bytes) -> None:
        nonlocal body
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)

    add(1, b"<< /Type /Catalog /Pages 2 0 R >>")
    add(2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    add(3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>")
    add(4, b"<< /Length 31 >>\nstream\n0 0 1 rg 100 100 200 200 re f \nendstream")
    packed = b"6 0 << /ProcSet [/PDF] >>"
    add(5, b"<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed))
    stream_at = len(body)
    rows = bytes([2, 0, 5, 0]) + bytes([1, *stream_at.to_bytes(2, "big"), 0])
    body += (
        b"7 0 obj\n<< /Type /XRef /Size 8 /W [1 2 1] /Index [6 2] /Root 1 0 R /Length %d >>\nstream\n"
        % len(rows)
    )
    body += rows + b"\nendstream\nendobj\n"
    table_at = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n"
    body += b"".join(b"%010d 00000 n \n" % offsets[number] for number in range(1, 6))
    body += b"trailer\n<< /Size 8 /Root 1 0 R /XRefStm %d >>\n" % stream_at
    return body + b"startxref\n%d\n%%%%EOF\n" % table_at


def object_streams() -> bytes:
    return changed(lambda pdf: None, object_stream_mode=ObjectStreamMode.generate)


def linearised() -> bytes:
    return changed(lambda pdf: None, pages=3, linearize=True)


def edited_three_times() -> bytes:
    """Incremental updates, each of which draws the page anew."""
    content = changed(lambda pdf: None, object_stream_mode=ObjectStreamMode.disable)
    for turn in range(3):
        content = _update(content, f"% edit {turn}\n".encode())
    return content


def _update(content: bytes, comment: bytes) -> bytes:
    """One incremental update that writes the catalog again."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        number, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
        catalog = pdf.Root.unparse(resolved=True)
    previous = int(content.rsplit(b"startxref", 1)[1].split()[0])
    at = len(content) + len(comment)
    changed_object = b"%d 0 obj\n%s\nendobj\n" % (number, catalog)
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (
        number,
        at,
        size,
        number,
        previous,
    )
    end = b"startxref\n%d\n%%%%EOF\n" % (at + len(changed_object))
    return content + comment + changed_object + table + end


def many_pages(count: int = 5000) -> bytes:
    """So many pages, in a tree that is nested as office programs nest it."""
    with pikepdf.new() as pdf:
        content = pdf.make_indirect(pdf.make_stream(b"0 0 1 rg 50 50 20 20 re f"))
        for _ in range(count):
            page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 595, 842]), Contents=content)
            page.Resources = Dictionary()
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def write_big(path: Path, megabytes: int) -> Path:
    """A file of so many megabytes, one scanned page for each, written piece by piece."""
    noise = zlib.compress(os.urandom(1 << 20), 1)
    offsets = {}
    with path.open("wb") as file:
        file.write(b"%PDF-1.5\n")

        def add(number: int, *parts: bytes) -> None:
            offsets[number] = file.tell()
            file.write(b"%d 0 obj\n" % number)
            for part in parts:
                file.write(part)
            file.write(b"\nendobj\n")

        add(1, b"<< /Type /Catalog /Pages 2 0 R >>")
        kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(megabytes))
        add(2, b"<< /Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 595 842] >>" % (kids, megabytes))
        picture = b"/Type /XObject /Subtype /Image /Width 1024 /Height 1024 /ColorSpace /DeviceGray"
        for n in range(megabytes):
            page, image = 3 + 2 * n, 4 + 2 * n
            add(page, b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /I %d 0 R >> >> >>" % image)
            head = b"<< %s /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n" % (
                picture,
                len(noise),
            )
            add(image, head, noise, b"\nendstream")
        at, size = file.tell(), 3 + 2 * megabytes
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        file.writelines(b"%010d 00000 n \n" % offsets[number] for number in range(1, size))
        file.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, at))
    return path


# --- version and catalog -----------------------------------------------------------------------------------


def wrong_header_version() -> bytes:
    return plain().replace(b"%PDF-1.", b"%PDF-9.", 1)


def nonsense_catalog_version() -> bytes:
    return changed(lambda pdf: pdf.Root.__setitem__("/Version", Name("/latest")))


def pdf_2_0() -> bytes:
    return changed(lambda pdf: None, force_version="2.0")


def portfolio() -> bytes:
    def bundle(pdf: Pdf) -> None:
        pdf.attachments["内訳.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b", filename="内訳.csv")
        pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)

    return changed(bundle)


def attachment() -> bytes:
    def attach(pdf: Pdf) -> None:
        pdf.attachments["内訳.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b", filename="内訳.csv")

    return changed(attach)


def page_labels() -> bytes:
    def label(pdf: Pdf) -> None:
        style = Dictionary(S=Name.r, P=String("表紙-"))
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, style, 1, Dictionary(S=Name.D)]))

    return changed(label, pages=3)


def layers() -> bytes:
    return _with_layer()


def hidden_layers() -> bytes:
    """A layer that is switched off: who signs does not see it."""
    return _with_layer(OFF=True)


def base_state_off() -> bytes:
    return _with_layer(BaseState=Name.OFF)


def _with_layer(**settings) -> bytes:
    def layer(pdf: Pdf) -> None:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("寸法")))
        order = Dictionary(Order=Array([group]), **settings)
        if "/OFF" in order:
            order.OFF = Array([group])
        pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=order)

    return changed(layer)


# --- pages -------------------------------------------------------------------------------------------------


def odd_boxes() -> bytes:
    """A media box that does not begin at the origin, corners swapped, a crop box that reaches outside."""

    def shift(pdf: Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([595, 900, -20, 58])
        pdf.pages[0].obj.CropBox = Array([10, 70, 2000, 880])

    return changed(shift)


def rotated(turn: int) -> bytes:
    def turned(pdf: Pdf) -> None:
        pdf.pages[0].obj.Rotate = turn

    return changed(turned)


def turned_left() -> bytes:
    return rotated(-90)


def turned_over() -> bytes:
    return rotated(540)


def zero_size_page() -> bytes:
    return changed(lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", Array([0, 0, 0, 842])))


def page_without_box() -> bytes:
    return changed(lambda pdf: pdf.pages[0].obj.__delitem__("/MediaBox"))


def gigantic_page() -> bytes:
    return changed(lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", Array([0, 0, 20000, 842])))


def no_pages() -> bytes:
    with pikepdf.new() as pdf:
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def shared_annotations() -> bytes:
    """Two pages with one list of annotations: what is added to one is added to the other."""

    def share(pdf: Pdf) -> None:
        shared = pdf.make_indirect(Array([]))
        for page in pdf.pages:
            page.obj.Annots = shared

    return changed(share, pages=2)


def drawn_annotation() -> bytes:
    """A stamp of the issuing office (受付印) as an annotation with its own drawing."""

    def stamp(pdf: Pdf) -> None:
        drawing = pdf.make_stream(b"1 0 0 rg 0 0 60 60 re f", Type=Name.XObject, Subtype=Name.Form)
        drawing.BBox = Array([0, 0, 60, 60])
        pdf.pages[0].obj.Annots = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([400, 400, 460, 460]), F=4)]
        )
        pdf.pages[0].obj.Annots[0].AP = Dictionary(N=drawing)

    return changed(stamp)


def missing_font() -> bytes:
    def write(pdf: Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name("/MS-Mincho"))
        pdf.pages[0].obj.Resources.Font["/F9"] = font
        pdf.pages[0].contents_add(b"BT /F9 12 Tf 60 500 Td (text) Tj ET")

    return changed(write)


# --- forms -------------------------------------------------------------------------------------------------


def _field(pdf: Pdf, name: str, **entries) -> Dictionary:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String(name),
            F=4,
            Rect=Array([60, 500, 260, 520]),
            P=pdf.pages[0].obj,
            **entries,
        )
    )
    page = pdf.pages[0].obj
    page.Annots = Array([*page.get("/Annots", []), field])
    if "/AcroForm" not in pdf.Root:
        pdf.Root.AcroForm = Dictionary(Fields=Array())
    pdf.Root.AcroForm.Fields.append(field)
    return field


def _drawing(pdf: Pdf, content: bytes = b"0.9 g 0 0 200 20 re f") -> Dictionary:
    stream = pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form)
    stream.BBox = Array([0, 0, 200, 20])
    return Dictionary(N=stream)


def computing_form() -> bytes:
    def compute(pdf: Pdf) -> None:
        script = Dictionary(S=Name.JavaScript, JS=String("event.value = 1"))
        field = _field(pdf, "total", AA=Dictionary(C=script))
        pdf.Root.AcroForm.CO = Array([field])

    return changed(compute)


def order_of_computing() -> bytes:
    """The list of fields to compute, without any script that would."""

    def order(pdf: Pdf) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array())
        pdf.Root.AcroForm.CO = Array([_field(pdf, "total", AP=_drawing(pdf))])

    return changed(order)


def undrawn_form() -> bytes:
    """A value that each program draws in its own way."""

    def fill(pdf: Pdf) -> None:
        _field(pdf, "amount", V=String("12,000,000"), DA=String("/Helv 10 Tf 0 g"))
        pdf.Root.AcroForm.NeedAppearances = True

    return changed(fill)


def redrawn_form() -> bytes:
    """A value whose drawing some programs show, while others draw it anew."""

    def fill(pdf: Pdf) -> None:
        _field(pdf, "amount", V=String("12,000,000"), DA=String("/Helv 10 Tf 0 g"), AP=_drawing(pdf))
        pdf.Root.AcroForm.NeedAppearances = True

    return changed(fill)


def drawn_form() -> bytes:
    def fill(pdf: Pdf) -> None:
        _field(pdf, "amount", V=String("12,000,000"), DA=String("/Helv 10 Tf 0 g"), AP=_drawing(pdf))

    return changed(fill)


def ticked_box() -> bytes:
    """A box that is ticked, with a drawing for each of its states."""

    def tick(pdf: Pdf) -> None:
        states = Dictionary(Off=_drawing(pdf, b"q Q").N, Yes=_drawing(pdf, b"0 0 20 20 re f").N)
        _field(pdf, "agreed", V=Name.Yes, AS=Name.Yes, AP=Dictionary(N=states)).FT = Name.Btn

    return changed(tick)


def clashing_names() -> bytes:
    """Fields that bear the names of ours."""

    def name(pdf: Pdf) -> None:
        for field in ("contract_date", "FIELD_1_2", "FIELD_7_7"):
            _field(pdf, field, AP=_drawing(pdf))

    return changed(name)


def empty_signature_fields() -> bytes:
    """One that is not seen, one whose empty box is drawn, one that no list names."""

    def sign_here(pdf: Pdf) -> None:
        for name, entries in (("会社印", {}), ("代表者", {"AP": _drawing(pdf)})):
            field = _field(pdf, name, **entries)
            field.FT = Name.Sig
        stray = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, Rect=Array([0, 0, 9, 9]))
        pdf.pages[0].obj.Annots.append(pdf.make_indirect(stray))

    return changed(sign_here)


def broken_form() -> bytes:
    return changed(lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=String("none"))))


def form_that_is_no_form() -> bytes:
    return changed(lambda pdf: pdf.Root.__setitem__("/AcroForm", Array([])))


def hiding_action() -> bytes:
    def hide(pdf: Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.Hide, T=String("amount"))

    return changed(hide)


def film() -> bytes:
    def show(pdf: Pdf) -> None:
        pdf.pages[0].obj.Annots = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 90, 90]))]
        )

    return changed(show)


# --- signed by others --------------------------------------------------------------------------------------


def _signature(pdf: Pdf, **entries) -> Dictionary:
    value = Dictionary(Type=Name.Sig, Contents=String("x"), ByteRange=Array([0, 1, 2, 3]), **entries)
    field = _field(pdf, "others")
    field.FT, field.V = Name.Sig, pdf.make_indirect(value)
    return field.V


def signed_by_others() -> bytes:
    return changed(lambda pdf: _signature(pdf) and None)


def certified_without_permission() -> bytes:
    """Certified (DocMDP, P=1): its author permits nothing more."""

    def certify(pdf: Pdf) -> None:
        transform = Dictionary(Type=Name.TransformParams, P=1, V=Name("/1.2"))
        reference = Dictionary(Type=Name.SigRef, TransformMethod=Name.DocMDP, TransformParams=transform)
        pdf.Root.Perms = Dictionary(DocMDP=_signature(pdf, Reference=Array([reference])))

    return changed(certify)


def encrypted(user: str) -> bytes:
    protection = pikepdf.Encryption(owner="owner", user=user, allow=pikepdf.Permissions(modify_other=False))
    return changed(lambda pdf: None, encryption=protection)


# --- any valid file ----------------------------------------------------------------------------------------


def any_pdf(seed: int) -> bytes:
    """A valid file with pages of every size, boxes, rotations and annotations, as the seed has it."""
    dice = random.Random(seed)
    with pikepdf.new() as pdf:
        for _ in range(dice.randint(1, 4)):
            _any_page(pdf, dice)
        mode = dice.choice(list(ObjectStreamMode))
        target = io.BytesIO()
        pdf.save(target, object_stream_mode=mode, linearize=dice.random() < 0.3)
    return target.getvalue()


def _any_page(pdf: Pdf, dice: random.Random) -> None:
    left, bottom = dice.choice([(0, 0), (-300.5, 20), (1000, -70.25)])
    width, height = dice.choice([(595, 842), (842, 595), (1190.55, 841.89), (260, 240)])
    page = Dictionary(Type=Name.Page, MediaBox=Array([left, bottom, left + width, bottom + height]))
    colour = b"%.2f %.2f %.2f rg" % (dice.random(), dice.random(), dice.random())
    marks = [b"%d %d 9 9 re f" % (left + dice.randint(0, 200), bottom + dice.randint(0, 200)) for _ in "xxx"]
    data = colour + b"\n" + b"\n".join(marks)
    page.Contents = pdf.make_stream(zlib.compress(data), Filter=Name.FlateDecode)
    page.Resources = Dictionary()
    if dice.random() < 0.7:
        page.Rotate = dice.choice([0, 90, 180, 270, -90, 450])
    if dice.random() < 0.4:
        inset = dice.randint(1, 20)
        page.CropBox = Array([left + inset, bottom + inset, left + width, bottom + height - inset])
    if dice.random() < 0.4:
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([left, bottom, left + 9, bottom + 9])
        )
        link.A = Dictionary(S=Name.URI, URI=String("https://city.example.jp/"))
        page.Annots = Array([link])
        if dice.random() < 0.5:
            page.Annots = pdf.make_indirect(page.Annots)
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
