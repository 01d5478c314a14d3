"""Words of key notices (お知らせの語): labels as companies print them, and what a reader makes of a value's characters."""

import re
import unicodedata
from dataclasses import dataclass

from guarantees.issuers import Issuer, issuers, issuers_of_number
from guarantees.keys import HYPHENS, normalised_number

# Some PDF programs hand out a radical (U+2E80 to U+2FDF) where the ideograph is meant. NFKC folds most of them.
RADICALS = str.maketrans(
    "⺟⺠⺩⺬⺼⻁⻄⻅⻆⻑⻘⻝⻤⻨⻩⻭⻯⻲戶靑黑⼾⾭⿊", "母民王示月虎西見角長青食鬼麦黄歯竜亀戸青黒戸青黒"
)
RADICAL = re.compile("[\u2e80-\u2fdf]")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufffe\uffff]")

LABELS: dict[str, tuple[str, ...]] = {
    "number": (
        "保証契約番号", "電子保証契約番号", "保証契約番号等", "保証契約No.", "保証契約No", "保証番号", "保証証書番号",
        "証書番号", "契約番号",
    ),
    "key": ("認証キー", "電子認証キー", "閲覧用認証キー", "閲覧キー", "認証KEY", "認証Key", "認証key", "認証コード"),
    "product": (
        "区分", "商品(保証区分)", "商品名", "商品", "保証区分", "保証種別", "保証種類", "保証の種類", "保証の区分", "種別",
        "保証商品", "保証の種別", "商品区分",
    ),
    "work_name": (
        "工事名", "工事名称", "工事件名", "工事の名称", "工事等名", "工事等の名称", "業務名", "業務名称", "業務の名称",
        "委託業務名", "業務委託名", "工事(業務)名", "工事・業務名", "工事名・業務名", "工事名(業務名)", "工事名又は業務名",
        "工事名/業務名", "件名", "契約件名", "契約名",
    ),
    "orderer": (
        "発注者", "発注者名", "発注機関", "発注機関名", "発注者(被保証者)", "被保証者(発注者)", "被保証者", "被保証者名",
        "注文者", "注文者名", "債権者",
    ),
    "contractor": (
        "受注者", "受注者名", "受注者(保証契約者)", "保証契約者", "保証契約者名", "保証契約者(受注者)", "請負契約者",
        "請負契約者名", "請負者", "請負者名", "請負人", "請負業者", "請負業者名", "受注者氏名", "受注者商号", "ご契約者名",
        "ご契約者", "債務者", "商号又は名称",
    ),
    "issuer": (
        "保証機関", "保証機関名", "保証会社", "保証会社名", "保証事業会社", "保証事業会社名", "発行機関", "発行会社",
        "発行者", "保証人", "保証者", "保証を行う会社",
    ),
    # What else may stand in such a table: it ends the value before it.
    "other": (
        "請負金額", "請負金額(総額)", "請負金額(対象額)", "請負代金額", "契約金額", "保証金額", "保証金額(総額)", "保証期間",
        "保証期限", "工期", "工期満日", "請負契約日", "契約日", "契約年月日", "請負契約年月日", "発行日", "発行年月日",
        "電子保証発行日時", "証書発行日", "預託金融機関", "前払金預託金融機関", "JV名", "共同企業体名", "取扱箇所", "取扱支店",
        "担当支店", "工事場所", "施工場所", "住所", "所在地", "電話番号", "TEL", "FAX", "URL", "対象", "備考", "代表者",
        "閲覧期限", "閲覧サイト", "No.", "履歴", "変更内容", "保証料", "受付番号", "申込番号", "整理番号", "お客様番号",
    ),
}  # fmt: skip
CODES = {re.sub(r"\s", "", label): code for code, labels in LABELS.items() for label in labels}

OPENERS, CLOSERS = "「『[【(（［<≪《〈“\"'", "」』])）］】>≫》〉”\"'"
BULLET = re.compile(
    rf"^(?:[■□●○◆◇・*※▼▶►◎☆★-]|[(（]?[0-9０-９]{{1,2}}[.．)）]|[①-⑳])?\s*[{re.escape(OPENERS)}]?\s*"
)
COLON = re.compile(r"^\s*[:：;；=＝…→⇒＞>]+\s*|^\s*\.{2,}\s*")
FOREIGN = re.compile(r"^\s*[/／](?:\s*[A-Za-z][A-Za-z. ]*)?(?=$|[:：]|\s{2})")
"""The label once more in English: 認証キー / Key."""
OPEN_ASIDE = re.compile(r"^\s*[(（][^()（）]*(?:場合|JV|ＪＶ|代表)[^()（）]*$")
ASIDE = re.compile(r"^\s*[(（][^()（）]*(?:場合|代表者|税込|税抜|記載|桁|半角|英数)[^()（）]*[)）]")
STOP = re.compile(
    r"^[【※《■◆]|^[①-⑳]|。|ください|下さい|^記$|^以上$|^\d{1,3}\s*[/-]\s*\d{1,3}$|^-?\s*\d{1,3}\s*-?$|^(?:TEL|FAX|http|〒)"
    r"|^(?:令和|平成|西暦)?\s*[\d元]+年\s*\d+月\s*\d+日$|様へ|お願い|お知らせ|お問い?合わ?せ"
)
NOTE = re.compile(ASIDE.pattern.removeprefix("^") + r"\s*$")
LONGEST_LABEL = 40
"""In characters, with the spaces that spread it."""
TOKEN = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?")


@dataclass(frozen=True)
class LabelFound:
    """A label at the start of some words: its code, and the characters behind it."""

    code: str
    rest: str


def plain(text: str) -> str:
    """The text with its compatibility characters and hyphens in their usual form (NFKC); for looking, not showing."""
    folded = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).translate(RADICALS)
    return re.sub("(?<=[0-9A-Za-z])[\u2010-\u2015\u2212\uff0d](?=[0-9A-Za-z])", "-", folded)


def shown(text: str) -> str:
    """The text as the paper shows it: only what no reader can see is put right."""
    folded = RADICAL.sub(lambda found: unicodedata.normalize("NFKC", found.group()), INVISIBLE.sub("", text))
    return folded.translate(RADICALS).replace("\u00a0", " ").strip()


def squashed(text: str) -> str:
    """The plain text without any space."""
    return re.sub(r"\s", "", plain(text))


def label_at(text: str) -> LabelFound | None:
    """The label with which words begin, the longest there is; None when they are something else.

    A label ends with the words, a colon, a space, or digits and Latin letters: 「発注者様へ」 has none.
    """
    words = BULLET.sub("", shown(text), count=1)
    for end in range(min(len(words), LONGEST_LABEL), 1, -1):
        code = CODES.get(squashed(words[:end]))
        if code is None:
            continue
        rest = re.sub(rf"^\s*[{re.escape(CLOSERS)}]", "", words[end:], count=1)
        is_closed = rest != words[end:] and rest[:1] in OPENERS
        rest = OPEN_ASIDE.sub("", ASIDE.sub("", FOREIGN.sub("", rest, count=1), count=1))
        if (
            not rest.strip()
            or is_closed
            or COLON.match(rest)
            or rest[0].isspace()
            or plain(rest[0]).isascii()
        ):
            return LabelFound(code, COLON.sub("", rest, count=1).strip())
    return None


def is_label(text: str) -> bool:
    """Whether words are one label and nothing else."""
    return re.sub(r"[:：]$", "", squashed(BULLET.sub("", shown(text), count=1))) in CODES


def ends_value(text: str) -> bool:
    """Whether words that stand below a value belong to it no more: a heading, a sentence, a page number, a date."""
    return bool(STOP.search(shown(text)) or STOP.search(plain(text).strip()))


def number_in(text: str) -> str | None:
    """The 保証契約番号 that stands in a value; None unless it has the shape of a company's."""
    whole = normalised_number(plain(text)).strip(OPENERS + CLOSERS + ":")
    if issuers_of_number(whole):
        return whole
    tokens = {t.upper() for t in TOKEN.findall(HYPHENS.sub("-", plain(text)))}
    found = [token for token in tokens if issuers_of_number(token)]
    return found[0] if len(found) == 1 else None


def key_in(text: str, number: str | None = None) -> str | None:
    """The 認証キー that stands in a value; None unless it has the shape of a company's (of the number's, when known)."""
    for words in (plain(text), squashed(text)):  # a key that stands alone counts before one put together
        runs = [run.replace("-", "") if _grouped(run) else run for run in TOKEN.findall(words)]
        found = [run for run in runs if _is_key(run, number)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _grouped(run: str) -> bool:
    """Printed in equal groups, as in Z28Y-UE4J-3Bux."""
    groups = run.split("-")
    return len(groups) > 1 and len({len(group) for group in groups}) == 1 and len(groups[0]) >= 3


def _is_key(run: str, number: str | None) -> bool:
    return any(re.fullmatch(issuer.key, run) for issuer in _companies(number))


def is_usual_key(text: str, number: str | None) -> bool:
    """Whether a key has the length that the company of the number gives to its keys."""
    return len(text) in {issuer.key_length for issuer in _companies(number)}


def _companies(number: str | None) -> tuple[Issuer, ...]:
    return (issuers_of_number(number) if number else ()) or issuers()


def without_spacing(text: str) -> str:
    """Words that are set with a space between all their characters, closed up; others as they are."""
    parts = re.split(r"\s+", text.strip())
    return "".join(parts) if len(parts) > 2 and all(len(part) == 1 for part in parts) else text.strip()


def without_title(text: str) -> str:
    """A name without 様, 殿 or 御中, and without a note in parentheses such as （JVの場合は代表者）."""
    name = NOTE.sub("", text).strip()
    return re.sub(r"(?:\s*(?:様|御中)|\s+殿)$", "", name).strip()


def without_quotes(text: str) -> str:
    """Words without the brackets around all of them."""
    found = re.fullmatch(r"「([^「」]*)」|『([^『』]*)』|\[([^\[\]]*)\]", text.strip())
    return next(group for group in found.groups() if group is not None).strip() if found else text


def issuer_in(text: str) -> str | None:
    """A surety company whose name stands somewhere in the text, under the name of our data; None when none or two."""
    words = squashed(text).replace("(株)", "株式会社")
    found = {issuer.name for issuer in issuers() if issuer.name in words or _bare(issuer.name) in words}
    return found.pop() if len(found) == 1 else None


def _bare(name: str) -> str:
    return name.replace("株式会社", "")
