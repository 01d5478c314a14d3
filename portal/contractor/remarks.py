"""Remarks of the city (市からの連絡) on a filing, and what changed since the version they were about."""

from forms.values import Difference, diff_values
from portal.contractor.answers import Answers
from portal.filing_views import compare_files
from procurement.filings import Filing, FilingMessage, FilingStatus, FilingVersion


def word_of_city(filing: Filing | None) -> FilingMessage | None:
    """What the city wrote when it sent the paper back or rejected it, while that is still to be answered."""
    version = _refused_version(filing)
    if filing is None or version is None:
        return None
    said = [m for m in filing.messages if m.version_number == version.number and m.author_side == "office"]
    return next((m for m in reversed(said) if m.text == (version.decision_reason or "").strip()), None)


def marked_fields(filing: Filing | None) -> frozenset[str]:
    """Keys of the fields that the city marked for correction. (FILE-22)"""
    message = word_of_city(filing)
    return frozenset(message.marked_fields) if message else frozenset()


def field_remarks(filing: Filing | None) -> dict[str, str]:
    """What the city wrote about each marked field, by its key; empty texts where it only marked it."""
    message = word_of_city(filing)
    return {key: message.remark_on(key) for key in message.marked_fields} if message else {}


def differences(answers: Answers) -> list[Difference]:
    """What the answers now say differently from the version handed in before."""
    earlier = last_submitted(answers.filing)
    if earlier is None or answers.version is earlier:
        return []
    return [
        *diff_values(answers.form, earlier.values, answers.stored_values()),
        *compare_files(answers.form, earlier.attachments, answers.attachments),
    ]


def unanswered_marks(answers: Answers) -> frozenset[str]:
    """Keys of the marked fields that still say what the city sent back."""
    changed = {difference.key for difference in differences(answers)}
    return marked_fields(answers.filing) - changed


def last_submitted(filing: Filing | None, before: int | None = None) -> FilingVersion | None:
    """The newest version that was handed in (before a number), or none."""
    versions = filing.handed_in if filing else []
    return next((v for v in reversed(versions) if before is None or v.number < before), None)


def _refused_version(filing: Filing | None) -> FilingVersion | None:
    if filing is None or not filing.versions:
        return None
    refused = (FilingStatus.SENT_BACK, FilingStatus.REJECTED)
    if filing.current.status in refused:
        return filing.current
    earlier = last_submitted(filing)
    is_answering = filing.current.status is FilingStatus.DRAFT and earlier is not None
    return earlier if is_answering and earlier and earlier.status in refused else None
