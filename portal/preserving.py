"""Preserving (長期保存の処理): what the job, the commands and the pages hand to `signing.preservation`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from portal import clock
from portal.acting import House, act_in, acting, house, looking
from portal.scoping import Scope
from portal.unit_of_work import writing
from portal.workflows.act import SCHEDULER
from portal.workflows.certify_conclusion import CERTIFICATES
from portal.workflows.keep_papers import keep_papers, unkept_papers
from portal.workflows.preserve_documents import record_renewal, report_problem
from portal.workflows.seal_look_records import RECORDS
from procurement.contracts import Contract, ContractDocument
from signing.archive_reports import preserved_version
from signing.archive_watches import ArchivedDocument, Problem
from signing.kept_papers import kept_paper
from signing.orm_preservation import ArchiveRenewal
from signing.pades.algorithm_ends import AlgorithmEnds, load_algorithm_ends
from signing.pades.preserve import Preserver
from signing.pades.revocation import RevocationSource
from signing.preservation import (
    Preservation,
    RenewalOutcome,
    RenewalResult,
    originals_matching,
    renew_due,
    watch_documents,
)
from signing.services import AuthoritySettings

__all__ = ["KeptFile", "kept_files", "originals_matching", "preservation", "preserve_all", "wanted_file"]

ORIGINAL = "original"
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class KeptFile:
    """One of the files of a concluded document: the original, or a preserved version with newer time-stamps (保存版)."""

    sha256: str
    size: int
    preserved_at: datetime | None = None

    @property
    def version(self) -> str | None:
        """How an address asks for it: nothing for the newest version."""
        return None if self.preserved_at else ORIGINAL

    def name(self, document_name: str) -> str:
        """The name of the file; a preserved version says that it is one and of which day."""
        if self.preserved_at is None:
            return f"{document_name}.pdf"
        return f"{document_name}_保存版{self.preserved_at.astimezone(clock.TOKYO):%Y%m%d}.pdf"


def preservation() -> Preservation:
    """The parts of this instance, acting as the scheduler over all cities."""
    at = house()
    preserver = Preserver(
        at.services.timestamper, at.services.revocation, at.trust, algorithm_ends(), margin()
    )
    return Preservation(
        transaction=lambda: writing(Scope()),
        store=at.store,
        preserver=preserver,
        now=clock.now,
        on_renewed=_renewed,
        on_problem=_hindered,
    )


def algorithm_ends() -> AlgorithmEnds:
    """The table of algorithms that is in force in this instance."""
    path = house().config["PRESERVE_ALGORITHM_ENDS"]
    return load_algorithm_ends(Path(path) if path else None)


def margin() -> timedelta:
    """How long before its end a time-stamp is renewed."""
    months: int = house().config["PRESERVE_MARGIN_MONTHS"]
    return _YEAR * months / 12


def preserve_all(_now: datetime) -> str:
    """Look at what must be looked at, renew what is due; says what was done. Work left over waits for the next run."""
    work = preservation()
    watch_all(work)
    return in_words(renew_due(work))


def watch_all(work: Preservation, limit: int = 200) -> int:
    """Put new certificates and records of looks into the archive, and look at what is to be looked at; says at how many."""
    with looking(SCHEDULER, Scope()) as act:
        has_new = bool(unkept_papers(CERTIFICATES, act, 1) or unkept_papers(RECORDS, act, 1))
    if has_new:
        with acting(SCHEDULER, Scope()) as act:
            keep_papers(CERTIFICATES, act, work.store, limit)
            keep_papers(RECORDS, act, work.store, limit)
    return watch_documents(work, limit)


def in_words(outcomes: list[RenewalOutcome]) -> str:
    """What a run did, for the page of jobs."""
    renewed = sum(outcome.result is RenewalResult.RENEWED for outcome in outcomes)
    failed = len(outcomes) - renewed
    parts = [f"{renewed}件の保存用タイムスタンプを更新しました。"] if renewed else []
    parts += [f"{failed}件は更新できませんでした。"] if failed else []
    return "".join(parts)


def kept_files(session: Session, document: ContractDocument) -> list[KeptFile]:
    """The newest preserved version of a concluded document, where there is one, and its original; newest first."""
    if document.final_sha256 is None:
        return []
    return _kept(session, KeptFile(document.final_sha256, document.final_size or document.size))


def kept_certificates(session: Session, contract: Contract) -> list[KeptFile]:
    """The same of the conclusion certificate (合意締結証明書); nothing until it is made."""
    if contract.certificate_sha256 is None:
        return []
    paper = kept_paper(session, contract.city, contract.certificate_sha256)
    size = paper.versions[0].size if paper else 0
    return _kept(session, KeptFile(contract.certificate_sha256, size))


def wanted_file(session: Session, document: ContractDocument, version: str | None) -> KeptFile | None:
    """What an address asks for: the newest version, or with 「?version=original」 the original; None before it is concluded."""
    return _wanted(kept_files(session, document), version)


def wanted_certificate(session: Session, contract: Contract, version: str | None) -> KeptFile | None:
    """The same of the conclusion certificate."""
    return _wanted(kept_certificates(session, contract), version)


def revocation_apart() -> RevocationSource:
    """Revocation data as sealing gets it, but kept in memory alone: a simulation writes nothing down."""
    at = house()
    return _Apart(at.config, at.store).services.revocation


class _Apart(House):
    """A house whose books of authorities and answers are its own."""

    @property
    def _asking(self) -> AuthoritySettings:
        return AuthoritySettings()


def _kept(session: Session, original: KeptFile) -> list[KeptFile]:
    newest = preserved_version(session, original.sha256)
    return [original] if newest is None else [KeptFile(newest.sha256, newest.size, newest.made_at), original]


def _wanted(files: list[KeptFile], version: str | None) -> KeptFile | None:
    if not files:
        return None
    return files[-1] if version == ORIGINAL else files[0]


def _renewed(session: Session, document: ArchivedDocument, renewal: ArchiveRenewal) -> None:
    record_renewal(act_in(session, SCHEDULER), document, renewal)


def _hindered(session: Session, document: ArchivedDocument, problem: Problem) -> None:
    report_problem(act_in(session, SCHEDULER), document, problem)
