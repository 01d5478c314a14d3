"""Reading key notices (お知らせの読み取り): from a PDF to what it says, its text taken out in a confined process.

Slow and on strangers' files: never inside of a transaction.
"""

import json
from pathlib import Path
from typing import Any

from forms import paper_text
from forms.confinement import confined
from forms.file_names import safe_file_name
from forms.upload_refusals import REFUSALS, refused
from forms.uploads import UploadLimits, inspect_upload
from guarantees.notice_pieces import Piece, Rule, joined_in_cells
from guarantees.notices import Notice, PaperKind, read_pages
from procurement.errors import RuleViolation

LIMITS = UploadLimits(max_bytes=20 * 1024 * 1024, max_pages=20)
MOST_CHARACTERS = 60_000
TYPE_IT = "お知らせを見ながら、保証契約番号と認証キーを画面で入力します。"
SOURCE = "004_fa20bb5a45307e8d.txt「④ 「認証キー」の表示をクリック」"
WORDS = {
    PaperKind.SCAN: (
        "notice.scan",
        "は、文字を読み取れない画像（スキャンや写真）です。",
        TYPE_IT + "保証会社のサービスからダウンロードしたPDFなら、読み取れます。",
    ),
    PaperKind.CERTIFICATE: (
        "notice.certificate",
        "は、保証証書そのものを保存したファイルです。市に提出するのは「認証キーのお知らせ」です。",
        "保証会社のサービスで認証キーを表示し、ダウンロードした「認証キーのお知らせ」のPDFを提出します。",
    ),
    PaperKind.UNKNOWN: (
        "notice.unknown",
        "は、認証キーのお知らせとして読み取れません。",
        "別のファイルを選んでいないかご確認ください。お知らせなのに読み取れないときは、" + TYPE_IT,
    ),
}


def notices_in(path: Path, name: str = "お知らせ.pdf") -> tuple[Notice, ...]:
    """Every notice of a PDF, or the one `Notice` that says what else it is.

    Raises RuleViolation, in words, for what is no PDF, encrypted, broken, too large or too long.
    """
    inspect_upload(path, name, ("pdf",), LIMITS, is_to_be_signed=False)
    arguments = [str(path), str(LIMITS.max_pages), str(MOST_CHARACTERS)]
    printed = confined(Path(paper_text.__file__), arguments, LIMITS.confines)
    try:
        found: dict[str, Any] = json.loads(printed) if printed else {"refused": "too_heavy"}
    except json.JSONDecodeError:
        found = {"refused": "too_heavy"}
    if code := found.get("refused"):
        raise refused(code, safe_file_name(name, "pdf"), REFUSALS.get(code, REFUSALS["too_heavy"]))
    return read_pages([_page(page) for page in found["pages"]])


def read_key_notices(path: Path, name: str = "お知らせ.pdf") -> tuple[Notice, ...]:
    """The same, but only key notices come back: a scan, a certificate or another paper is refused. (GUAR-15)"""
    notices = notices_in(path, name)
    if (refusal := refusal_of(notices[0], name)) is not None:
        raise refusal
    return notices


def refusal_of(notice: Notice, name: str) -> RuleViolation | None:
    """Why a paper is not taken as a key notice, with what to do instead; None when it is one."""
    if notice.kind is PaperKind.KEY_NOTICE:
        return None
    code, text, remedy = WORDS[notice.kind]
    source = SOURCE if notice.kind is PaperKind.CERTIFICATE else ""
    return RuleViolation(code, f"「{safe_file_name(name, 'pdf')}」{text}", source, remedy)


def _page(page: dict[str, Any]) -> list[Piece]:
    return joined_in_cells(
        [Piece(*piece) for piece in page["pieces"]], [Rule(*rule) for rule in page["rules"]]
    )
