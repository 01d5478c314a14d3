"""The contractor's door (事業者の入口): my cases, their filings, their contracts."""

from flask import Blueprint

blueprint = Blueprint("contractor", __name__)

from portal.contractor import (  # noqa: E402 - the views need the blueprint
    addresses,
    advance_payments,
    attachments,
    case_archives,
    cases,
    contracts,
    entrances,
    filings,
    guarantees,
    messages,
    previews,
    submissions,
    versions,
)

__all__ = [
    "addresses",
    "advance_payments",
    "attachments",
    "blueprint",
    "case_archives",
    "cases",
    "contracts",
    "entrances",
    "filings",
    "guarantees",
    "messages",
    "previews",
    "submissions",
    "versions",
]
