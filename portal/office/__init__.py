"""The office (市の契約担当課の画面): what must be done today, cases, filings, contracts, rules."""

from flask import Blueprint

blueprint = Blueprint("office", __name__, url_prefix="/office")

from portal.office import (  # noqa: E402 - the views need the blueprint
    amendments,
    award_imports,
    awards,
    cases,
    certificates,
    city_rules,
    completions,
    contract_documents,
    contracts,
    date_fields,
    document_files,
    filing_files,
    filings,
    home,
    jobs,
    mails,
    preservation,
    received_filings,
    seal_places,
    signing,
)

__all__ = [
    "amendments",
    "award_imports",
    "awards",
    "blueprint",
    "cases",
    "certificates",
    "city_rules",
    "completions",
    "contract_documents",
    "contracts",
    "date_fields",
    "document_files",
    "filing_files",
    "filings",
    "home",
    "jobs",
    "mails",
    "preservation",
    "received_filings",
    "seal_places",
    "signing",
]
