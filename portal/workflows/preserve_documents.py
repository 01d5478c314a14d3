"""Preserve documents (長期保存): what the audit log and the administrators are told of renewals and their failures."""

from sqlalchemy import select

from portal.accounts.models import Account
from portal.audit import Tag
from portal.permissions import Role
from portal.workflows.act import Act
from portal.workflows.recipients import people_of
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from signing import EnvelopeDocument
from signing.archive_reports import oldest_failure
from signing.archive_watches import OUTAGES, SHARED, ArchivedDocument, Problem
from signing.orm_preservation import ArchiveRenewal, ArchiveWatch


def record_renewal(act: Act, document: ArchivedDocument, renewal: ArchiveRenewal) -> None:
    """A document has a new archive time-stamp: into the log, with both hashes."""
    act.audit(
        Tag.DOCUMENT_PRESERVED,
        city=document.owner,
        subject=("contract", document.reference),
        name=_name(act, document),
        before=renewal.before_sha256,
        after=renewal.after_sha256,
        authority=renewal.authority,
        holds_until=renewal.holds_until.isoformat(),
    )


def report_problem(act: Act, document: ArchivedDocument, problem: Problem) -> None:
    """A document cannot be preserved: into the log, and a mail to the administrators, once for each problem.

    An authority that is down hinders many documents at once and is one problem until all of them are past it;
    a damaged document is a problem of its own.
    """
    name = _name(act, document)
    subject = ("contract", document.reference)
    act.audit(
        Tag.DOCUMENT_NOT_PRESERVED, city=document.owner, subject=subject, name=name, problem=problem.text
    )
    if document.owner not in act.cities:
        return
    contract = act.session.scalar(select(Contract).where(Contract.id == document.reference))
    watch = act.session.get_one(ArchiveWatch, document.document_id)
    for administrator in administrators(act, document.owner):
        _write(act, administrator, contract, name, watch, problem, _key(act, document, problem, watch))


def administrators(act: Act, city: str) -> list[Account]:
    """The city's administrators; its officers where it has none."""
    return people_of(act, city, Role.ADMIN) or people_of(act, city, Role.OFFICER)


def _write(
    act: Act,
    administrator: Account,
    contract: Contract | None,
    name: str,
    watch: ArchiveWatch,
    problem: Problem,
    key: str,
) -> None:
    try:
        act.mail(
            "preservation_problem",
            administrator.mail_address,
            city=watch.owner,
            key=key,
            officer=administrator,
            contract=contract,
            name=name,
            problem=problem.text,
            is_outage=problem.code in OUTAGES,
            is_shared=problem.code in SHARED,
            holds_until=watch.holds_until,
            link=act.address_of("/office/preservation"),
        )
    except RuleViolation:  # an address that takes no mail; the page still says it
        return


def _key(act: Act, document: ArchivedDocument, problem: Problem, watch: ArchiveWatch) -> str:
    if problem.code in SHARED:
        since = oldest_failure(act.session, document.owner, problem.code)
        return f"preservation:{problem.code}:{since.isoformat() if since else ''}"
    since = watch.failing_since
    return f"preservation:{problem.code}:{document.document_id}:{since.isoformat() if since else ''}"


def _name(act: Act, document: ArchivedDocument) -> str:
    return act.session.get_one(EnvelopeDocument, document.document_id).name
