"""Take filed notices (提出書類にあるお知らせの受付): what a filing's key notices say is lodged, once for each file. (FILE-08, FILE-15)

The files are read outside of transactions; here it is found out which, and recorded what became of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forms.meanings import Reading
from forms.model import FormDefinition
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.notice_readings import NoticeReading, ReadingOutcome
from guarantees.notices import Notice
from guarantees.sealed_words import SealedWords
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.locks import lock_case
from portal.workflows.lodge_guarantee import Lodging, LodgingRefused, lodge
from portal.workflows.recipients import notify_contractor
from portal.workflows.tell_of_lodging import tell_of_refusal
from portal.workflows.usage_forms import definitions_of, form_of_version
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingAttachment, FilingMessage, FilingVersion

BY_ITSELF = "自動確認"
ELSEWHERE = "案件の「保証」の画面で、保証契約番号と認証キーを入力して提出できます。"


@dataclass(frozen=True)
class FiledNotice:
    """A file of a submitted version that is to be read."""

    version_id: str
    sha256: str
    name: str


@dataclass(frozen=True)
class FileRead:
    """What was read of it: notices, or why none."""

    file: FiledNotice
    notices: tuple[Notice, ...] = ()
    refusal: RuleViolation | None = None


@dataclass(frozen=True)
class _Outcome:
    outcome: ReadingOutcome
    text: str
    office_text: str = ""
    lodged: LodgedGuarantee | None = None


def filed_notices(act: Act, most: int) -> list[FiledNotice]:
    """Files of submitted versions that nobody has read yet, the oldest first; at most so many."""
    codes = {
        form.code
        for rules in act.cities.values()
        for form in definitions_of(rules)
        if any(attachment.reads is Reading.KEY_NOTICE for attachment in form.attachments)
    }
    was_read = exists().where(
        NoticeReading.filing_version_id == FilingAttachment.version_id,
        NoticeReading.sha256 == FilingAttachment.sha256,
    )
    rows = act.session.execute(
        select(FilingVersion, FilingAttachment)
        .join(FilingVersion.attachments)
        .join(FilingVersion.filing)
        .where(
            Filing.form_code.in_(codes),
            Filing.voided_at.is_(None),
            FilingVersion.submitted_at.is_not(None),
            FilingVersion.withdrawn_at.is_(None),
            FilingVersion.rejected_at.is_(None),
            ~was_read,
        )
        .order_by(FilingVersion.submitted_at, FilingAttachment.position)
        .limit(most)
    )
    return [FiledNotice(v.id, a.sha256, a.name) for v, a in rows if is_key_notice(act, v, a)]


def readings_of(session: Session, version_id: str) -> list[NoticeReading]:
    """What became of the notices of a version, for the pages of both sides."""
    query = select(NoticeReading).where(NoticeReading.filing_version_id == version_id)
    return list(session.scalars(query.order_by(NoticeReading.name, NoticeReading.position)))


def notices_wait(form: FormDefinition, version: FilingVersion, readings: list[NoticeReading]) -> bool:
    """Whether files of a version are still to be read."""
    codes = {wanted.code for wanted in form.attachments if wanted.reads is Reading.KEY_NOTICE}
    files = {attachment.sha256 for attachment in version.attachments if attachment.code in codes}
    return version.withdrawn_at is None and bool(files - {reading.sha256 for reading in readings})


def take_filed_notice(act: Act, read: FileRead, secrets: SealedWords) -> list[NoticeReading]:
    """Lodge what was read and keep what became of it; nothing where another worker was faster."""
    version = act.session.get_one(FilingVersion, read.file.version_id)
    lock_case(act, version.filing.case_id)
    if version.withdrawn_at or version.rejected_at or version.filing.voided_at:
        return []  # taken back or turned down while the file was being read
    if any(row.sha256 == read.file.sha256 for row in readings_of(act.session, version.id)):
        return []
    rows = []
    for position, outcome in enumerate(_outcomes(act, version, read, secrets), start=1):
        rows.append(_kept(act, version, read.file, position, outcome))
    act.session.add_all(rows)
    act.session.flush()
    _tell_problems(act, version, [row for row in rows if row.outcome is not ReadingOutcome.LODGED])
    return rows


def is_key_notice(act: Act, version: FilingVersion, attachment: FilingAttachment) -> bool:
    """Whether a file that came with a version is a key notice (認証キーのお知らせ): whoever opens it sees a key."""
    try:
        form = form_of_version(act, version)
    except RuleViolation:
        return False  # the city has taken the form away since
    kinds = {wanted.code: wanted.reads for wanted in form.attachments}
    return kinds.get(attachment.code) is Reading.KEY_NOTICE


def _outcomes(act: Act, version: FilingVersion, read: FileRead, secrets: SealedWords) -> Iterator[_Outcome]:
    if read.refusal is not None:
        yield _Outcome(ReadingOutcome.UNREADABLE, read.refusal.sentence())
    for notice in read.notices:
        yield _taken(act, version, read.file, notice, secrets)


def _taken(
    act: Act, version: FilingVersion, file: FiledNotice, notice: Notice, secrets: SealedWords
) -> _Outcome:
    product = notice.product_kind
    if not notice.is_complete or product is None:
        missing = "区分（保証の種類）" if notice.is_complete else "保証契約番号か認証キー"
        text = f"「{file.name}」の{missing}を読み取れません。{ELSEWHERE}"
        return _Outcome(ReadingOutcome.UNREADABLE, text)
    obligation = GuaranteeKind(product.value) if product.is_electronic else GuaranteeKind.CONTRACT
    try:
        lodged = lodge(act, version.filing.case, _lodging(version, file, notice, obligation), secrets)
    except LodgingRefused as refusal:
        tell_of_refusal(act, version.filing.case, obligation, refusal)
        return _Outcome(ReadingOutcome.REFUSED, _named(file, refusal.sentence()), refusal.for_office)
    except RuleViolation as refusal:
        return _Outcome(ReadingOutcome.REFUSED, _named(file, refusal.sentence()))
    _replace_earlier(act, version, lodged)
    number = notice.guarantee_contract_number
    text = f"「{file.name}」を読み取り、{obligation.label}（保証契約番号 {number}）として受け付けました。"
    return _Outcome(ReadingOutcome.LODGED, text, lodged=lodged)


def _named(file: FiledNotice, sentence: str) -> str:
    return f"「{file.name}」：{sentence}"


def _lodging(version: FilingVersion, file: FiledNotice, notice: Notice, obligation: GuaranteeKind) -> Lodging:
    return Lodging(
        obligation=obligation,
        means=Means.ELECTRONIC_SURETY,
        channel=version.channel,
        number=notice.guarantee_contract_number or "",
        key=notice.authentication_key,
        issuer_name=notice.issuer or "",
        notice=notice,
        notice_sha256=file.sha256,
        notice_name=file.name,
        filing_version_id=version.id,
        received_at=version.submitted_at,
        lodged_by=version.submitted_by or "",
    )


def _replace_earlier(act: Act, version: FilingVersion, lodged: LodgedGuarantee) -> None:
    """A corrected version takes the place of what earlier versions brought for the same obligation, unless accepted."""
    earlier = [other.id for other in version.filing.versions if other.number < version.number]
    rows = act.session.scalars(
        select(LodgedGuarantee).where(
            LodgedGuarantee.filing_version_id.in_(earlier),
            LodgedGuarantee.obligation == lodged.obligation,
            LodgedGuarantee.accepted_at.is_(None),
        )
    )
    for row in rows:
        if row.is_live and row.id != lodged.id:
            row.replaced_at, row.next_look_at = act.now, None
            subject = ("guarantee", row.id)
            act.audit(Tag.GUARANTEE_REPLACED, city=row.city, subject=subject, successor=lodged.id)


def _kept(
    act: Act, version: FilingVersion, file: FiledNotice, position: int, outcome: _Outcome
) -> NoticeReading:
    return NoticeReading(
        city=version.city,
        filing_version_id=version.id,
        sha256=file.sha256,
        position=position,
        name=file.name,
        read_at=act.now,
        outcome=outcome.outcome,
        lodged_id=outcome.lodged.id if outcome.lodged else None,
        text=outcome.text,
        office_text=outcome.office_text,
    )


def _tell_problems(act: Act, version: FilingVersion, problems: list[NoticeReading]) -> None:
    """The contractor reads in the thread of the filing, and by mail, what was not taken and why."""
    if not problems:
        return
    text = "\n".join(row.text for row in problems)
    filing = version.filing
    filing.messages.append(
        FilingMessage(
            city=filing.city,
            version_number=version.number,
            written_at=act.now,
            author_side="office",
            author_name=BY_ITSELF,
            text=text,
            marked_fields=[],
        )
    )
    act.session.flush()
    key = f"filing-notice:{version.id}:{problems[0].sha256[:12]}"
    notify_contractor(act, filing.case, "filing_message", key=key, filing=filing, text=text)
