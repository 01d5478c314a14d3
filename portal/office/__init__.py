"""The office (市の契約担当課の画面): what must be done today, cases, filings, contracts, rules."""

from flask import Blueprint

blueprint = Blueprint("office", __name__, url_prefix="/office")

from portal.office import (  # noqa: E402 - the views need the blueprint
    amendments,
    award_imports,
    awards,
    case_archives,
    cases,
    certificates,
    city_rules,
    completions,
    contract_documents,
    contracts,
    date_fields,
    document_files,
    filing_files,
    filing_queue,
    filings,
    home,
    jobs,
    mails,
    preservation,
    previews,
    received_filings,
    seal_places,
    signing,
)

__all__ = [
    "amendments",
    "award_imports",
    "awards",
    "blueprint",
    "case_archives",
    "cases",
    "certificates",
    "city_rules",
    "completions",
    "contract_documents",
    "contracts",
    "date_fields",
    "document_files",
    "filing_files",
    "filing_queue",
    "filings",
    "home",
    "jobs",
    "mails",
    "preservation",
    "previews",
    "received_filings",
    "seal_places",
    "signing",
]
