"""Reading filed notices (提出されたお知らせの読み取り): the job after submission, and the preview before it. (GUAR-67)"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from forms.meanings import Reading
from forms.model import FormDefinition
from forms.upload_refusals import REFUSALS, refused
from guarantees.keys import KeyHint, hints_for
from guarantees.notices import Notice
from portal.acting import acting, house, looking
from portal.notice_reading import notices_in, refusal_of
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER
from portal.workflows.take_filed_notices import FiledNotice, FileRead, filed_notices, take_filed_notice
from procurement.errors import RuleViolation
from procurement.filings import FilingAttachment

log = logging.getLogger(__name__)
AT_ONCE = 20


def read_filed_notices(_now: datetime) -> str:
    """Read what was handed in since, and lodge it; says how many notices were taken."""
    with looking(SCHEDULER, Scope()) as act:
        waiting = filed_notices(act, AT_ONCE)
    taken = sum(_read_and_take(file) for file in waiting)
    return f"{taken}件のお知らせを読み取り、保証の提出として受け付けました。" if taken else ""


def _read_and_take(file: FiledNotice) -> int:
    read = _read(file)
    with acting(SCHEDULER, Scope()) as act:
        rows = take_filed_notice(act, read, house().lodged_secrets)
        return sum(row.lodged_id is not None for row in rows)


def _read(file: FiledNotice) -> FileRead:
    try:
        read = _read_path(house().store.path(file.sha256), file.name)
    except OSError:
        log.exception("file %s cannot be read from the store", file.sha256)
        read = refused("damaged", file.name, REFUSALS["damaged"])
    return FileRead(file, refusal=read) if isinstance(read, RuleViolation) else FileRead(file, read)


@dataclass(frozen=True)
class NoticePreview:
    """What one notice of a file says, without its key, for the page on which it is confirmed.

    `problem` beside a notice is a doubt about it, without one why nothing was read.
    """

    name: str
    notice: Notice | None = None
    has_key: bool = False
    hints: tuple[KeyHint, ...] = ()
    problem: str = ""


def previews_of(form: FormDefinition, attachments: Iterable[FilingAttachment]) -> list[NoticePreview]:
    """What the notices among the files say; slow the first time a file is seen. Not inside of a transaction."""
    codes = {wanted.code for wanted in form.attachments if wanted.reads is Reading.KEY_NOTICE}
    files = [attachment for attachment in attachments if attachment.code in codes]
    return [preview for file in files for preview in _preview(house().store.path(file.sha256), file.name)]


@lru_cache(maxsize=64)
def _preview(path: Path, name: str) -> tuple[NoticePreview, ...]:
    """The store names files by their content: what was read once stays true. Keys are not kept."""
    read = _read_path(path, name)
    if isinstance(read, RuleViolation):
        return (NoticePreview(name, problem=read.sentence()),)
    return tuple(_without_key(name, notice) for notice in read)


def _read_path(path: Path, name: str) -> tuple[Notice, ...] | RuleViolation:
    try:
        notices = notices_in(path, name)
    except RuleViolation as refusal:
        return refusal
    return refusal_of(notices[0], name) or notices


def _without_key(name: str, notice: Notice) -> NoticePreview:
    number, key = notice.guarantee_contract_number, notice.authentication_key
    hints = tuple(hints_for(number, key)) if number and key else ()
    return NoticePreview(name, replace(notice, authentication_key=None), key is not None, hints)
