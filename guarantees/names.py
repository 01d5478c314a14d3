"""Names compared (名称の突合): companies, orderers and works as two papers write them. Pure; says why two are only alike."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum

from guarantees.notice_words import plain, without_title

FORMS = {
    "株": "株式会社",
    "有": "有限会社",
    "資": "合資会社",
    "名": "合名会社",
    "同": "合同会社",
    "社": "一般社団法人",
    "財": "一般財団法人",
}
COMPANY_FORMS = re.compile("株式会社|有限会社|合資会社|合名会社|合同会社|企業組合|協同組合")
# Forms of one character that people and registers mix. The second of a pair is the usual one.
VARIANTS = str.maketrans(
    "髙﨑嵜邊邉齋斉齊澤濵濱廣國會圓德曾榮瀨嶋嶌淸桒眞與櫻龍條冨萬靜惠應壽學鐵臺體黑靑淵渊吉𠮷槇神隆塚增槗舩舘檜桧彌辯龜",
    "高崎崎辺辺斎斎斎沢浜浜広国会円徳曽栄瀬島島清桑真与桜竜条富万静恵応寿学鉄台体黒青渕渕吉吉槙神隆塚増橋船館桧桧弥弁亀",
)
KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
COUNTED = re.compile(
    "(?:(?<=第)|(?<=その))[一二三四五六七八九十〇]+|[一二三四五六七八九十〇]+(?=号|工区|期|年度|丁目|級|箇所)"
)
TRADES = re.compile("(?:建設工業|建設|土木|工業|工務店|興業|産業|道路|電気|設備|組)$")
JOINT_VENTURE = re.compile("共同企業体|共同体|JV|ジョイントベンチャー", re.IGNORECASE)
LEAD = re.compile("(?:代表者|代表構成員|代表企業|代表会社)")
PREFECTURE = re.compile("^(?:北海道|東京都|(?:京都|大阪)府|[一-鿿]{2,3}県)")
NO_PERSON = re.compile("[市町村県府局部課所社]|委員|公社|組合")


class Likeness(IntEnum):
    """How alike two names are (一致の度合い)."""

    DIFFERENT = 0
    ALIKE = 1
    SAME = 2


@dataclass(frozen=True)
class Comparison:
    """How two names compare, and in words why they are not simply the same."""

    likeness: Likeness
    because: str = ""


SAME, DIFFERENT = Comparison(Likeness.SAME), Comparison(Likeness.DIFFERENT)


def best(comparisons: Iterable[Comparison]) -> Comparison:
    """The most alike of several; different where there is none."""
    return max(comparisons, key=lambda comparison: comparison.likeness, default=DIFFERENT)


def name_key(name: str) -> str:
    """A name without width, spaces, marks and titles; company forms written out."""
    text = without_title(plain(name)).casefold()
    text = re.sub(r"\(([株有資名同社財])\)", lambda found: FORMS[found.group(1)], text)
    return re.sub(r"[\s・,.。、'’\"“”「」()\[\]&/･-]", "", text)


def compare_companies(one: str, other: str) -> Comparison:
    """Two names of companies (商号). Variants of characters and 前株/後株 are alike, not the same."""
    mine, theirs = name_key(one), name_key(other)
    if not mine or not theirs:
        return DIFFERENT
    if mine == theirs:
        return SAME
    mine, theirs = mine.translate(VARIANTS), theirs.translate(VARIANTS)
    if mine == theirs:
        return Comparison(Likeness.ALIKE, "字体だけが違います（髙と高など）")
    if (bare := COMPANY_FORMS.sub("", mine)) and bare == COMPANY_FORMS.sub("", theirs):
        return Comparison(Likeness.ALIKE, "会社の種類か、その位置（株式会社の前後）が違います")
    shorter, longer = sorted((mine, theirs), key=len)
    if longer.startswith(shorter) and re.search("(?:支店|支社|営業所|出張所|事業所|本店)$", longer):
        return Comparison(Likeness.ALIKE, "支店などの名称が付いています")
    return DIFFERENT


def compare_contractors(found: str, joint_venture: str, needed: str) -> Comparison:
    """A certificate's principal against the contractor: of a joint venture (共同企業体) its lead member stands there."""
    if not JOINT_VENTURE.search(plain(needed)):
        alone = compare_companies(found, needed)
        if alone.likeness is not Likeness.DIFFERENT and joint_venture:
            return Comparison(Likeness.ALIKE, f"証書は共同企業体「{joint_venture}」の代表者としての保証です")
        return alone
    venture, lead = _parted(needed)
    whole = best(compare_companies(name, venture) for name in (joint_venture, found) if name)
    if whole.likeness is not Likeness.DIFFERENT:
        return whole
    if lead and compare_companies(found, lead).likeness is Likeness.SAME:
        return Comparison(Likeness.ALIKE, "共同企業体の代表者の名義です。証書に共同企業体の名称がありません")
    core = TRADES.sub("", COMPANY_FORMS.sub("", name_key(found)).translate(VARIANTS))
    if not joint_venture and len(core) > 1 and core in name_key(venture).translate(VARIANTS):
        return Comparison(Likeness.ALIKE, "共同企業体の構成員の名義です。代表者かどうかをご確認ください")
    if not joint_venture and not lead and not re.search("[・･,、]", venture):
        return Comparison(Likeness.ALIKE, "共同企業体の名称からは構成員が分かりません")
    return DIFFERENT


def _parted(needed: str) -> tuple[str, str]:
    """A joint venture's own name, and its lead member where the name says it."""
    found = LEAD.search(needed)
    if found is None:
        return needed, ""
    lead = needed[found.end() :].strip(" 　:：")
    if plain(lead).count(")") > plain(lead).count("("):
        lead = lead[:-1].strip()
    return needed[: found.start()].strip(" 　(（"), lead


def compare_orderers(found: str, needed: str) -> Comparison:
    """Who is guaranteed against a name of the city: a mayor's own name and the prefecture change nothing."""
    mine, theirs = (PREFECTURE.sub("", name_key(name)) for name in (found, needed))
    if not mine or not theirs:
        return DIFFERENT
    if mine == theirs:
        return SAME
    shorter, longer = sorted((mine, theirs), key=len)
    rest = longer.removeprefix(shorter)
    if (
        longer.startswith(shorter)
        and shorter.endswith("長")
        and len(rest) <= 8
        and not NO_PERSON.search(rest)
    ):
        return SAME
    city = re.match("^.+?[市町村区]", theirs)
    if city and mine.startswith(city.group()):
        return Comparison(Likeness.ALIKE, "同じ市の別の名称です")
    if mine.translate(VARIANTS) == theirs.translate(VARIANTS):
        return Comparison(Likeness.ALIKE, "字体だけが違います")
    return DIFFERENT


def work_key(name: str) -> str:
    """A work's name without width, spaces and marks; every number and every word of it stays."""
    text = plain(name).casefold()
    return re.sub(r"[\s・,.。、「」()\[\]【】〔〕『』<>〈〉《》~〜/･‐-]", "", text)


def compare_works(one: str, other: str) -> Comparison:
    """Two names of works (工事名・業務名). Another number (第2工区 for 第1工区) is another work."""
    mine, theirs = work_key(one), work_key(other)
    if not mine or not theirs:
        return DIFFERENT
    if mine == theirs:
        return SAME
    mine, theirs = _counted(mine), _counted(theirs)
    if mine == theirs:
        return Comparison(Likeness.ALIKE, "数字や字体の書き方だけが違います")
    numbers = [re.findall(r"\d+", key) for key in (mine, theirs)]
    if len(numbers[0]) == len(numbers[1]) and numbers[0] != numbers[1]:
        return Comparison(Likeness.DIFFERENT, "工区・号線・年度などの数字が違います")
    if min(len(mine), len(theirs)) >= LEAST_PART and (mine in theirs or theirs in mine):
        return Comparison(Likeness.ALIKE, "一方の名称に、もう一方にない語があります")
    if SequenceMatcher(None, mine, theirs, autojunk=False).ratio() >= ALIKE_FROM:
        return Comparison(Likeness.ALIKE, "名称がわずかに違います")
    return DIFFERENT


LEAST_PART, ALIKE_FROM = 4, 0.88


def _counted(key: str) -> str:
    """Numerals in counting places as digits, variants of characters as the usual ones."""
    return COUNTED.sub(lambda found: str(_number(found.group())), key).translate(VARIANTS)


def _number(numerals: str) -> int:
    """A numeral below one hundred, or digits in a row: 十二 is 12, 二十 is 20, 一〇 is 10."""
    if "十" not in numerals:
        return int(numerals.translate(KANJI_DIGITS))
    tens, _, ones = numerals.partition("十")
    ones = ones.replace("十", "")
    return int(tens.translate(KANJI_DIGITS) or 1) * 10 + int(ones.translate(KANJI_DIGITS) or 0)
