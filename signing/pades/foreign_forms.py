"""Forms that an upload brings along (元からあるフォーム): kept as they look, and no forms any more.

A field that still invites to be filled in would be a trap after the first seal: a value written into it breaks
the signatures. Left as a locked field it is one, too: pyHanko (0.38) takes the old drawing of a locked field for
a new one and calls every later signature a change. So what was filled in becomes part of the picture.
"""

from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from signing.errors import UploadRefused
from signing.pades.uploads import Note

_DEPTH = 30
_OF_FIELDS = "/FT /T /TU /TM /V /DV /Lock /SV /Parent /Kids /MK /A /AA /Ff /DA /Q /MaxLen /Opt /I /H".split()  # noqa: SIM905


def settle_form(pdf: Pdf, name: str) -> list[Note]:
    """Turns the fields of an upload into drawings; refuses one whose look depends on the program that shows it."""
    form = pdf.Root.get(Name.AcroForm)
    fields = list(_terminal_fields(form.get(Name.Fields))) if isinstance(form, Dictionary) else []
    is_drawn_anew = isinstance(form, Dictionary) and bool(form.get(Name.NeedAppearances, False))
    _refuse_undrawn(fields, name, is_drawn_anew)
    notes = list(_notes(fields))
    for page in pdf.pages:
        annotations = list(_dictionaries(page.obj.get(Name.Annots)))
        widgets = [item.get(Name.Subtype) == Name.Widget for item in annotations]
        if any(widgets):
            both = list(zip(annotations, widgets, strict=True))
            page.obj.Annots = Array([item for item, widget in both if not widget or _is_drawn(item)])
            for annotation in (item for item, widget in both if widget):
                _make_drawing(annotation)
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array()))
    return notes


def _refuse_undrawn(fields: list[Dictionary], name: str, is_drawn_anew: bool) -> None:
    """A value without a drawing that counts is drawn by each program in its own way, or not at all."""
    for field in fields:
        value = _inherited(field, Name.V)
        is_text = _inherited(field, Name.FT) in (Name.Tx, Name.Ch)
        has_value = value is not None and str(value).strip() != ""
        is_fixed = not is_drawn_anew and all(_is_drawn(widget) for widget in _widgets(field))
        if is_text and has_value and not is_fixed:
            raise UploadRefused(
                "form_not_drawn",
                f"「{name}」の入力欄「{field.get(Name.T, '')}」は、見る人のソフトによって表示が変わります。",
                remedy="印刷機能で「PDFに保存」し、記入した内容を紙面に固定したPDFを使ってください。",
            )


def _notes(fields: list[Dictionary]) -> Iterator[Note]:
    unsigned = [field for field in fields if _inherited(field, Name.FT) == Name.Sig]
    if unsigned:
        names = "".join(f"「{field.T}」" for field in unsigned if Name.T in field)
        yield Note(
            "signature_fields_removed",
            f"元からあった未使用の署名欄{names}は取り除きました。署名欄は、ここで署名する方の分だけを付けます。",
        )
    if len(unsigned) < len(fields):
        yield Note(
            "form_fixed",
            "フォームの入力欄は、いまの記入のまま紙面に固定しました。署名後に記入すると署名が壊れるためです。",
        )


def _make_drawing(annotation: Dictionary) -> None:
    annotation.Subtype = Name.Stamp
    for key in _OF_FIELDS:
        if key in annotation:
            del annotation[key]


def _terminal_fields(fields: Object | None, depth: int = 0) -> Iterator[Dictionary]:
    for field in _dictionaries(fields):
        if depth >= _DEPTH or not any(Name.T in child for child in _dictionaries(field.get(Name.Kids))):
            yield field
        else:
            yield from _terminal_fields(field.Kids, depth + 1)


def _widgets(field: Dictionary) -> list[Dictionary]:
    return list(_dictionaries(field.get(Name.Kids))) or [field]


def _is_drawn(widget: Dictionary) -> bool:
    drawings = widget.get(Name.AP)
    return isinstance(drawings, Dictionary) and isinstance(drawings.get(Name.N), Stream | Dictionary)


def _dictionaries(items: Object | None) -> Iterator[Dictionary]:
    if isinstance(items, Array):
        yield from (item for item in items if isinstance(item, Dictionary))


def _inherited(field: Dictionary, key: Name) -> Object | None:
    node: Object = field
    for _ in range(_DEPTH):
        if key in node:
            return node[key]
        if not isinstance(node.get(Name.Parent), Dictionary):
            return None
        node = node[Name.Parent]
    return None
