"""Every table of the portal: importing this module makes all of them known to SQLAlchemy and Alembic."""

from types import ModuleType

from sqlalchemy import MetaData

import guarantees.columns
import guarantees.desk.orm
import guarantees.lodged
import guarantees.notice_readings
import guarantees.registry.orm
import procurement.advance_payments
import procurement.awards
import procurement.cases
import procurement.contracts
import procurement.electronic_contract_requests
import procurement.filings
import procurement.parties
import procurement.reminders
import signing.orm
import signing.orm_certificates
import signing.orm_preservation
from portal import completion_alerts
from portal.accounts import models as accounts
from portal.audit import entries as audit
from portal.jobs import runs as jobs
from portal.mail import outbox
from procurement.orm import Base

TABLE_MODULES: tuple[ModuleType, ...] = (
    guarantees.desk.orm,
    guarantees.lodged,
    guarantees.notice_readings,
    guarantees.registry.orm,
    procurement.advance_payments,
    procurement.awards,
    procurement.cases,
    procurement.contracts,
    procurement.electronic_contract_requests,
    procurement.filings,
    procurement.parties,
    procurement.reminders,
    signing.orm,
    signing.orm_certificates,
    signing.orm_preservation,
    accounts,
    audit,
    completion_alerts,
    jobs,
    outbox,
)
METADATA: list[MetaData] = [Base.metadata, signing.orm.Base.metadata, guarantees.columns.Base.metadata]
"""One database, one history of migrations, three contexts."""
