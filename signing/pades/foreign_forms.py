"""Forms that an upload brings along (元からあるフォーム): kept as they look, closed, out of the way of our fields.

After the first seal every field but ours is locked, so a field that still invites to be filled in would be
a trap: a value written into it breaks the signatures.
"""

from collections.abc import Collection, Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from signing.errors import UploadRefused
from signing.pades.layout import DATE_FIELD
from signing.pades.uploads import Note

_READ_ONLY = 1
_DEPTH = 30
_OURS = "FIELD_"


def settle_form(pdf: Pdf, name: str, our_names: Collection[str]) -> list[Note]:
    """Closes the form of an upload; refuses one whose look depends on the program that shows it."""
    form = pdf.Root.get(Name.AcroForm)
    if not isinstance(form, Dictionary):
        form = pdf.Root.AcroForm = Dictionary(Fields=Array())
    if not isinstance(form.get(Name.Fields), Array):
        form.Fields = Array()
    _refuse_undrawn(pdf, form, name)
    for key in (Name.NeedAppearances, Name.CO):
        if key in form:
            del form[key]
    notes = [*_remove_empty_signatures(form), *_rename_clashes(form, our_names)]
    _settle_strays(pdf, form)
    closed = [_close(field) for field in _terminal_fields(form.Fields)]
    if any(closed):
        notes.append(
            Note(
                "form_closed",
                "フォームの入力欄は、いまの記入のまま書き換えられないようにしました。署名後に記入すると署名が壊れるためです。",
            )
        )
    return notes


def _refuse_undrawn(pdf: Pdf, form: Dictionary, name: str) -> None:
    """A value without a drawing is drawn by each program in its own way, or not at all."""
    for field in _terminal_fields(form.Fields):
        value = _inherited(field, Name.V)
        is_text = _inherited(field, Name.FT) in (Name.Tx, Name.Ch)
        has_value = value is not None and str(value).strip() != ""
        if is_text and has_value and any(not _is_drawn(widget) for widget in _widgets(field)):
            raise UploadRefused(
                "form_not_drawn",
                f"「{name}」の入力欄「{field.get(Name.T, '')}」は、見る人のソフトによって表示が変わります。",
                remedy="印刷機能で「PDFに保存」し、記入した内容を紙面に固定したPDFを使ってください。",
            )


def _remove_empty_signatures(form: Dictionary) -> Iterator[Note]:
    """Somebody else's empty signature fields: nobody may sign there any more once ours are locked."""
    names = [str(field.get(Name.T, "")) for field in _terminal_fields(form.Fields) if _is_signature(field)]
    form.Fields = _without_signatures(form.Fields, 0)
    if names:
        shown = "、".join(f"「{name}」" for name in names if name)
        yield Note(
            "signature_fields_removed",
            f"元からあった未使用の署名欄{shown}は取り除きました。署名欄は、ここで署名する方の分だけを付けます。",
        )


def _settle_strays(pdf: Pdf, form: Dictionary) -> None:
    """What looks like a field and is none (any more): its drawing stays, what has no drawing goes."""
    known = {widget.objgen for field in _terminal_fields(form.Fields) for widget in _widgets(field)}
    for page in pdf.pages:
        annotations = _annotations(page.obj)
        is_stray = [a.get(Name.Subtype) == Name.Widget and a.objgen not in known for a in annotations]
        if any(is_stray):
            both = list(zip(annotations, is_stray, strict=True))
            page.obj.Annots = Array([a for a, stray in both if not stray or _is_drawn(a)])
            for annotation in (a for a, stray in both if stray):
                _make_drawing(annotation)


def _without_signatures(fields: Object, depth: int) -> Array:
    kept = []
    for field in _children(fields):
        if Name.Kids in field and not _is_terminal(field) and depth < _DEPTH:
            field.Kids = _without_signatures(field.Kids, depth + 1)
            if len(field.Kids) == 0:
                continue
        elif _is_signature(field):
            continue
        kept.append(field)
    return Array(kept)


def _make_drawing(annotation: Dictionary) -> None:
    annotation.Subtype = Name.Stamp
    for key in ("/FT", "/T", "/V", "/Lock", "/SV", "/Parent", "/MK", "/A", "/AA", "/Ff", "/TU"):
        if key in annotation:
            del annotation[key]


def _rename_clashes(form: Dictionary, our_names: Collection[str]) -> Iterator[Note]:
    roots = [field for field in _children(form.Fields) if Name.T in field]
    taken = {str(field.T) for field in roots} | set(our_names) | {DATE_FIELD}
    for field in roots:
        old = str(field.T)
        if old in our_names or old == DATE_FIELD or old.startswith(_OURS):
            new = next(n for n in _other_names(old) if n not in taken)
            taken.add(new)
            field.T = String(new)
            yield Note(
                "field_renamed",
                f"フォームの入力欄「{old}」は、署名で使う名前と重なるため「{new}」に変えました。見た目は変わりません。",
            )


def _other_names(name: str) -> Iterator[str]:
    number = 1
    while True:
        yield f"original_{name}_{number}"
        number += 1


def _close(field: Dictionary) -> bool:
    """Makes a field read-only; whether it was not before."""
    flags = _inherited(field, Name.Ff)
    present = int(flags) if isinstance(flags, int) else 0
    if present & _READ_ONLY:
        return False
    field.Ff = present | _READ_ONLY
    return True


def _terminal_fields(fields: Object, depth: int = 0) -> Iterator[Dictionary]:
    for field in _children(fields):
        if _is_terminal(field) or depth >= _DEPTH:
            yield field
        else:
            yield from _terminal_fields(field.Kids, depth + 1)


def _is_terminal(field: Dictionary) -> bool:
    """Whether its children, if it has any, are widgets rather than fields."""
    return not any(Name.T in child for child in _children(field.get(Name.Kids)))


def _widgets(field: Dictionary) -> list[Dictionary]:
    return list(_children(field.get(Name.Kids))) or [field]


def _is_signature(field: Dictionary) -> bool:
    return bool(_inherited(field, Name.FT) == Name.Sig)


def _is_drawn(widget: Dictionary) -> bool:
    drawings = widget.get(Name.AP)
    return isinstance(drawings, Dictionary) and isinstance(drawings.get(Name.N), Stream | Dictionary)


def _annotations(page: Dictionary) -> list[Dictionary]:
    return list(_children(page.get(Name.Annots)))


def _children(items: Object | None) -> Iterator[Dictionary]:
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
