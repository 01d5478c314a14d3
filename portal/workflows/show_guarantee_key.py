"""Show the key of a lodged guarantee (認証キーの表示) to an officer who has to type it elsewhere: always on record."""

from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee
from guarantees.sealed_words import SealBroken, SealedWords
from portal.audit import Tag
from portal.workflows.act import Act
from procurement.errors import RuleViolation


def show_guarantee_key(act: Act, lodged: LodgedGuarantee, secrets: SealedWords) -> AuthenticationKey:
    """The key, or the password of an insurer's page; the look is recorded before anything is shown."""
    sealed = lodged.key_sealed or lodged.password_sealed
    if sealed is None:
        raise RuleViolation(
            "guarantee_without_key",
            "この保証には、認証キーも閲覧用パスワードも登録されていません。",
            remedy="受注者に「認証キーのお知らせ」の提出を求めます。",
        )
    act.audit(Tag.GUARANTEE_KEY_SHOWN, city=lodged.city, subject=("guarantee", lodged.id))
    try:
        return AuthenticationKey(secrets.open(sealed, lodged.id))
    except SealBroken as broken:
        raise RuleViolation(
            "guarantee_key_unreadable",
            "保管している認証キーを読み出せません。",
            remedy="システムの管理者に知らせ、受注者に認証キーの再提出を求めます。",
        ) from broken


def note_notice_opened(act: Act, lodged: LodgedGuarantee) -> None:
    """The notice (認証キーのお知らせ) shows the key as well: opening it is recorded the same way."""
    act.audit(Tag.GUARANTEE_KEY_SHOWN, city=lodged.city, subject=("guarantee", lodged.id))
