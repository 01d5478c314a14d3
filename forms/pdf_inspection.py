"""Look into an uploaded PDF: run as a script under `forms.confinement`.

Arguments are path, most pages, and 1 when the document is to be signed here. Prints JSON: either {"pages": n} or
{"refused": code}. It imports nothing of ours, so that it starts fast and holds no secrets.
"""

import json
import sys
from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, PasswordError, Pdf, PdfError, Stream

SCRIPTS = {"/JavaScript": "script", "/Launch": "launch", "/Rendition": "script", "/ImportData": "script"}


def main(path: str, most_pages: int, is_to_be_signed: bool) -> dict[str, object]:
    """What was found, as the JSON that is printed."""
    try:
        with Pdf.open(path) as pdf:
            if pdf.is_encrypted:
                return {"refused": "encrypted"}
            pages = len(pdf.pages)
            if pages == 0:
                return {"refused": "no_pages"}
            if pages > most_pages:
                return {"refused": "too_many_pages", "pages": pages}
            refused = _refusal(pdf, is_to_be_signed)
            return {"refused": refused} if refused else {"pages": pages}
    except PasswordError:
        return {"refused": "encrypted"}
    except MemoryError:
        return {"refused": "too_heavy"}
    except (PdfError, ValueError, OSError, RecursionError, KeyError, TypeError):
        return {"refused": "damaged"}


def _refusal(pdf: Pdf, is_to_be_signed: bool) -> str | None:
    """The first reason to refuse the document, or none."""
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary) and Name.XFA in form:
        return "xfa"
    if is_to_be_signed and Name.Perms in pdf.Root:
        return "signed"
    for item in _dictionaries(pdf):
        if Name.JS in item or str(item.get(Name.S, "")) in SCRIPTS:
            return SCRIPTS.get(str(item.get(Name.S, "")), "script")
        kind = str(item.get(Name.Type, ""))
        is_signature = kind in ("/Sig", "/DocTimeStamp") or Name.ByteRange in item
        if is_to_be_signed and is_signature and Name.Contents in item:
            return "signed"
    return None


def _dictionaries(pdf: Pdf) -> Iterator[Dictionary]:
    """Every dictionary of the file, nested ones too; streams are not unpacked."""
    pending: list[Object] = list(pdf.objects)
    while pending:
        item = pending.pop()
        if isinstance(item, Stream):
            item = item.stream_dict
        children: list[Object] = []
        if isinstance(item, Dictionary):
            yield item
            children = [value for _, value in item.items()]
        elif isinstance(item, Array):
            children = list(item)
        pending.extend(c for c in children if isinstance(c, Dictionary | Array) and not c.is_indirect)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1")))
