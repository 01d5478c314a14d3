"""Taking guarantees in from pages (保証の受付), at both doors: a notice is read and confirmed, a key is typed, or others told.

A key never goes into a page: between reading and confirming only a signed word travels, which names the kept PDF and
the case; the PDF is read again.
"""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import FileStorage

from forms.guarantees import KeyForm
from guarantees.keys import KeyHint, hints_for
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.notices import Notice
from portal.acting import house
from portal.intake import attachment_taken_in
from portal.notice_reading import TYPE_IT, read_key_notices
from portal.workflows.act import Act
from portal.workflows.lodge_guarantee import Lodging, lodge
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation


@dataclass(frozen=True)
class KeptNotice:
    """A notice as it came, in the store, and what was read of it."""

    sha256: str
    name: str
    notice: Notice

    @property
    def hints(self) -> list[KeyHint]:
        """What may be wrong with number or key, without saying the key."""
        number, key = self.notice.guarantee_contract_number, self.notice.authentication_key
        return hints_for(number, key) if number and key else []


def notice_taken_in(upload: FileStorage | None, obligation: GuaranteeKind) -> KeptNotice:
    """Keep the uploaded PDF and read it. Raises RuleViolation where it cannot be lodged as a notice."""
    found, sha256 = attachment_taken_in(upload, ("pdf",))
    return KeptNotice(sha256, found.name, _read(sha256, found.name, obligation))


def word_of(kept: KeptNotice, case_id: str) -> str:
    """The signed word that stands for a kept notice on the page of its confirmation."""
    return str(_words().dumps([case_id, kept.sha256, kept.name]))


def kept_notice(word: str, case_id: str, obligation: GuaranteeKind) -> KeptNotice:
    """The notice behind a word, read again; a word of another case is refused."""
    try:
        own, sha256, name = _words().loads(word)
    except (BadSignature, ValueError):
        own = ""
    if own != case_id:
        raise RuleViolation(
            "notice.word_unknown",
            "読み取ったお知らせが見つかりません。",
            remedy="PDFを選び直して、もう一度読み取ります。",
        )
    return KeptNotice(sha256, name, _read(sha256, name, obligation))


def lodge_notice(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, kept: KeptNotice, **how: Any
) -> LodgedGuarantee:
    """Lodge what a notice says; `how` are the channel, the time and the confirmation of an office."""
    lodging = Lodging(
        obligation=obligation,
        means=Means.ELECTRONIC_SURETY,
        number=kept.notice.guarantee_contract_number or "",
        key=kept.notice.authentication_key,
        issuer_name=kept.notice.issuer or "",
        notice=kept.notice,
        notice_sha256=kept.sha256,
        notice_name=kept.name,
        **how,
    )
    return lodge(act, case, lodging, house().lodged_secrets)


def lodge_typed(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, form: KeyForm, **how: Any
) -> LodgedGuarantee:
    """Lodge a number and a key as somebody typed them."""
    lodging = Lodging(
        obligation=obligation,
        means=Means.ELECTRONIC_SURETY,
        number=form.typed_number,
        key=form.key.secret,
        **how,
    )
    return lodge(act, case, lodging, house().lodged_secrets)


def lodge_other(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, means: Means, said: Any, **how: Any
) -> LodgedGuarantee:
    """Lodge what was told of another means."""
    lodging = Lodging(obligation=obligation, means=means, **said, **how)
    return lodge(act, case, lodging, house().lodged_secrets)


def hints_of(form: KeyForm) -> list[KeyHint]:
    """What to look at again before number and key are taken; none once the person says that they are right."""
    if form.is_sure.data or form.key.secret is None:
        return []
    return hints_for(form.typed_number, form.key.secret)


def _read(sha256: str, name: str, obligation: GuaranteeKind) -> Notice:
    """The notice of this obligation, where a PDF holds several; the first one where none says which it is."""
    found = read_key_notices(house().store.path(sha256), name)
    fitting = [notice for notice in found if notice.product_kind == obligation.value]
    notice = (fitting or [*found])[0]
    if not notice.is_complete:
        raise RuleViolation(
            "notice.incomplete", f"「{name}」から、保証契約番号か認証キーを読み取れません。", remedy=TYPE_IT
        )
    return notice


def _words() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="kept-notice")
