"""The certificate itself (電子証書): as a page of its own, and as a file to print and store. (GUAR-53, GUAR-60, GUAR-61)"""

from flask import Response, abort

from forms.issued.guarantee_certificates import (
    CertificateFacts,
    certificate_rows,
    certificate_title,
    guarantee_certificate,
)
from guarantees.certificates import CertificateEntry, Target
from guarantees.desk.companies import desk_of
from guarantees.desk.histories import entries_of
from guarantees.desk.orm import DeskGuarantee
from guarantees.issuers import issuer_of
from portal.acting import looking
from portal.file_answers import pdf_answer
from portal.permissions import Permission, requires
from portal.surety import desk
from portal.surety.access import my, show
from procurement.wareki import jst_date


@desk.get("/guarantees/<guarantee_id>/certificates/<int:number>")
@requires(Permission.DESK_CUSTOMER)
def show_certificate(guarantee_id: str, number: int) -> str:
    """One certificate of the visible history, with the same contents that the orderer sees."""
    with looking() as act:
        guarantee = my(act, DeskGuarantee, guarantee_id)
        entry = _entry(guarantee, number)
        facts = certificate_facts(guarantee, entry)
        company = desk_of(guarantee.issuer)
        return show(
            "certificate",
            act,
            guarantee=guarantee,
            entry=entry,
            title=certificate_title(facts),
            rows=certificate_rows(facts),
            facts=facts,
            closing=company.closing.format(product=guarantee.product.label),
        )


@desk.get("/guarantees/<guarantee_id>/certificates/<int:number>.pdf")
@requires(Permission.DESK_CUSTOMER)
def send_certificate(guarantee_id: str, number: int) -> Response:
    """The same as PDF: for the customer's own files, not for the orderer. (GUAR-15)"""
    with looking() as act:
        guarantee = my(act, DeskGuarantee, guarantee_id)
        facts = certificate_facts(guarantee, _entry(guarantee, number))
    pdf = guarantee_certificate(facts)
    answer = pdf_answer(pdf, f"保証証書_{facts.number}", as_download=True)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def certificate_facts(guarantee: DeskGuarantee, entry: CertificateEntry) -> CertificateFacts:
    """What the paper of one entry says."""
    company = desk_of(guarantee.issuer)
    changes = [one for one in entries_of(guarantee) if one.target is Target.CHANGE]
    return CertificateFacts(
        layout=issuer_of(guarantee.issuer).layout,
        number=guarantee.number,
        contents=entry.contents,
        issued_on=jst_date(entry.arrived_at),
        target=entry.target,
        change_number=sum(one.number <= entry.number for one in changes),
        issuer_name=issuer_of(guarantee.issuer).name,
        issuer_address=company.address,
        issuer_head=company.head,
        closing=company.closing,
        notes=company.notes,
        contractor_address=guarantee.customer.address,
        is_electronic=guarantee.is_electronic,
    )


def _entry(guarantee: DeskGuarantee, number: int) -> CertificateEntry:
    return next((one for one in entries_of(guarantee) if one.number == number), None) or abort(404)
