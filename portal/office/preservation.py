"""Preservation (長期保存の状況): until when the archive holds, what is renewed when, what could not be, the proofs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.acting import looking
from portal.office import blueprint
from portal.office.access import Page, own_city, show
from portal.permissions import Permission, requires
from portal.preserving import algorithm_ends
from portal.workflows.act import Act
from procurement.contracts import Contract
from signing.archive_reports import (
    ProvenRenewal,
    WatchedDocument,
    failing_documents,
    latest_renewals,
    next_documents,
    summarise,
)
from signing.pades.algorithm_ends import AlgorithmEnds, label


@dataclass(frozen=True)
class AlgorithmLine:
    """One line of the table of algorithms, in words."""

    name: str
    ends_on: str
    source: str
    checked: str


@blueprint.get("/preservation")
@requires(Permission.OFFICE_READ)
def show_preservation() -> Page:
    """Counts by year of the next renewal, what waits and why, and the newest proofs of renewals."""
    with looking() as act:
        city = own_city()
        failing = failing_documents(act.session, city)
        coming = next_documents(act.session, city)
        renewals = latest_renewals(act.session, city)
        return show(
            "preservation/index",
            act,
            summary=summarise(act.session, act.now, city),
            failing=failing,
            coming=coming,
            renewals=renewals,
            contracts=_contracts(act, [*failing, *coming, *renewals]),
            algorithms=algorithm_lines(algorithm_ends()),
        )


def algorithm_lines(ends: AlgorithmEnds) -> list[AlgorithmLine]:
    """The table of algorithms that the dates on this page rest on."""
    rows = [*ends.digests.values(), *ends.keys]
    return [
        AlgorithmLine(
            name=f"{label(row.name, row.min_bits)}以上" if row.min_bits > 1 else label(row.name),
            ends_on=f"{row.ends_on:%Y年%-m月%-d日}",
            source=row.source,
            checked=f"{row.checked:%Y年%-m月%-d日}に照合" if row.checked else "要確認",
        )
        for row in rows
    ]


def _contracts(act: Act, found: Sequence[WatchedDocument | ProvenRenewal]) -> dict[str, Contract]:
    """By envelope: whose document it is; the certificate lies in an envelope of its own."""
    references = {each.document.envelope_id: each.document.envelope.reference for each in found}
    query = select(Contract).where(Contract.id.in_(references.values()))
    contracts = {contract.id: contract for contract in act.session.scalars(query)}
    return {
        envelope: contracts[contract] for envelope, contract in references.items() if contract in contracts
    }
