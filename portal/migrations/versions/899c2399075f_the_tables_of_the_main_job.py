"""The tables of the main job"""

import sqlalchemy as sa
from alembic import op

revision = "899c2399075f"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("login_name", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("mail_address", sa.String(length=254), nullable=False),
        sa.Column(
            "door",
            sa.Enum("office", "contractor", "surety", name="door", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("city", sa.String(length=40), nullable=True),
        sa.Column("company_id", sa.String(length=22), nullable=True),
        sa.Column("section", sa.String(length=100), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login_name", name=op.f("uq_accounts_login_name")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index("ix_accounts_city_section", ["city", "section"], unique=False)
        batch_op.create_index(batch_op.f("ix_accounts_company_id"), ["company_id"], unique=False)

    op.create_table(
        "audit_entries",
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(length=60), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.String(length=60), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("city", "seq", name=op.f("pk_audit_entries")),
        comment="append-only: prev_hash and hash chain the rows of a city",
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_entries_subject", ["city", "subject_type", "subject_id", "seq"], unique=False
        )

    op.create_table(
        "audit_heads",
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("city", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "case_links",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("company_id", sa.String(length=22), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_case_links_token_hash")),
    )
    with op.batch_alter_table("case_links", schema=None) as batch_op:
        batch_op.create_index("ix_case_links_city_case_id", ["city", "case_id"], unique=False)

    op.create_table(
        "companies",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("representative_title", sa.String(length=100), nullable=False),
        sa.Column("representative_name", sa.String(length=100), nullable=False),
        sa.Column("mail_address", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("corporate_number", sa.String(length=13), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
        sa.UniqueConstraint("corporate_number", name=op.f("uq_companies_corporate_number")),
    )
    with op.batch_alter_table("companies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_companies_name"), ["name"], unique=False)

    op.create_table(
        "job_runs",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "known_addresses",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "address_hash", name=op.f("pk_known_addresses")),
    )
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=True),
        sa.Column("case_link_id", sa.String(length=22), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_sessions_token_hash")),
    )
    with op.batch_alter_table("login_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_sessions_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_sessions_case_link_id"), ["case_link_id"], unique=False)

    op.create_table(
        "login_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_tries")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.String(length=22), nullable=True),
        sa.Column("contract_id", sa.String(length=22), nullable=True),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("sender_name", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=60), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_messages_dedupe_key")),
    )
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_messages_city_case_id", ["city", "case_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_messages_waiting",
            ["next_attempt_at", "id"],
            unique=False,
            postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
            sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        )

    op.create_table(
        "procurement_cases",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "construction_works",
                "construction_related_services",
                "survey_and_consulting",
                "construction_maintenance",
                "goods",
                "printing",
                "small_works",
                "services",
                name="procurementcategory",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum(
                "open",
                "open_with_conditions",
                "designated",
                "negotiated",
                name="procurementmethod",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("section", sa.String(length=100), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("requires_council_approval", sa.Boolean(), nullable=False),
        sa.Column("requires_contract_guarantee", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procurement_cases")),
        sa.UniqueConstraint("city", "number", name=op.f("uq_procurement_cases_city_number")),
    )
    op.create_table(
        "awards",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("company_id", sa.String(length=22), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("contract_price", sa.BigInteger(), nullable=False),
        sa.Column("consumption_tax", sa.BigInteger(), nullable=False),
        sa.Column("is_eligible", sa.Boolean(), nullable=False),
        sa.Column("eligibility", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.CheckConstraint("contract_price >= 0", name=op.f("ck_awards_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["procurement_cases.id"], name=op.f("fk_awards_case_id_procurement_cases")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_awards_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("case_id", name=op.f("uq_awards_case_id")),
    )
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awards_company_id"), ["company_id"], unique=False)

    op.create_table(
        "case_deadlines",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("closed_day", sa.Boolean(), nullable=False),
        sa.Column("last_business_day", sa.Date(), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_because", sa.String(length=300), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["procurement_cases.id"], name=op.f("fk_case_deadlines_case_id_procurement_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_deadlines")),
        sa.UniqueConstraint("city", "case_id", "kind", name=op.f("uq_case_deadlines_city_case_id_kind")),
    )
    with op.batch_alter_table("case_deadlines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_deadlines_due_at"), ["due_at"], unique=False)

    op.create_table(
        "company_registrations",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("registration_number", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=22), nullable=False),
        sa.Column("representative_title", sa.String(length=100), nullable=False),
        sa.Column("representative_name", sa.String(length=100), nullable=False),
        sa.Column("mail_address", sa.String(length=254), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_registrations_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_registrations")),
        sa.UniqueConstraint(
            "city", "registration_number", name=op.f("uq_company_registrations_city_registration_number")
        ),
    )
    with op.batch_alter_table("company_registrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_company_registrations_company_id"), ["company_id"], unique=False)

    op.create_table(
        "contracts",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("company_id", sa.String(length=22), nullable=False),
        sa.Column("amendment_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column(
            "route", sa.Enum("electronic", "paper", name="route", native_enum=False, length=40), nullable=True
        ),
        sa.Column("route_reason", sa.String(length=500), nullable=True),
        sa.Column("contract_price", sa.BigInteger(), nullable=False),
        sa.Column("consumption_tax", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("special_terms", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("envelope_id", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contractor_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("city_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_because", sa.Text(), nullable=True),
        sa.Column("late_conclusion_reason", sa.String(length=500), nullable=True),
        sa.Column("completion_problem", sa.Text(), nullable=True),
        sa.Column("completion_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.Column("original_id", sa.String(length=22), nullable=True),
        sa.Column("amendment_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "concluded_on IS NULL OR concluded_at IS NOT NULL",
            name=op.f("ck_contracts_concluded_on_needs_instant"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["procurement_cases.id"], name=op.f("fk_contracts_case_id_procurement_cases")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_contracts_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["contracts.id"], name=op.f("fk_contracts_original_id_contracts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint(
            "city", "case_id", "amendment_number", name=op.f("uq_contracts_city_case_id_amendment_number")
        ),
        sa.UniqueConstraint("city", "number", name=op.f("uq_contracts_city_number")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contracts_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_envelope_id"), ["envelope_id"], unique=False)

    op.create_table(
        "filings",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("company_id", sa.String(length=22), nullable=False),
        sa.Column("form_code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_because", sa.String(length=300), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["procurement_cases.id"], name=op.f("fk_filings_case_id_procurement_cases")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_filings_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
        sa.UniqueConstraint("city", "case_id", "form_code", name=op.f("uq_filings_city_case_id_form_code")),
    )
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filings_company_id"), ["company_id"], unique=False)

    op.create_table(
        "contract_documents",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("contract_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("draft_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("date_field", sa.JSON(), nullable=True),
        sa.Column("envelope_document_id", sa.String(length=40), nullable=True),
        sa.Column("final_sha256", sa.String(length=64), nullable=True),
        sa.Column("final_size", sa.BigInteger(), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_documents_contract_id_contracts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_documents")),
        sa.UniqueConstraint(
            "contract_id", "position", name=op.f("uq_contract_documents_contract_id_position")
        ),
    )
    with op.batch_alter_table("contract_documents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contract_documents_final_sha256"), ["final_sha256"], unique=False
        )

    op.create_table(
        "filing_messages",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("filing_id", sa.String(length=22), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_side", sa.String(length=20), nullable=False),
        sa.Column("author_name", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("marked_fields", sa.JSON(), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_filing_messages_filing_id_filings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_messages")),
    )
    with op.batch_alter_table("filing_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_messages_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "filing_versions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("filing_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("web", "mail", "counter", "post", name="channel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(length=100), nullable=True),
        sa.Column("receipt_number", sa.String(length=40), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("paper_sha256", sa.String(length=64), nullable=True),
        sa.Column("address_token_hash", sa.String(length=64), nullable=True),
        sa.Column("address_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_filing_versions_filing_id_filings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_versions")),
        sa.UniqueConstraint("address_token_hash", name=op.f("uq_filing_versions_address_token_hash")),
        sa.UniqueConstraint("filing_id", "number", name=op.f("uq_filing_versions_filing_id_number")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_filing_versions_receipt_number")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("deadline_id", sa.String(length=22), nullable=False),
        sa.Column("offset_code", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["case_deadlines.id"], name=op.f("fk_reminders_deadline_id_case_deadlines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "deadline_id",
            "offset_code",
            "recipient",
            name=op.f("uq_reminders_deadline_id_offset_code_recipient"),
        ),
    )
    op.create_table(
        "electronic_contract_requests",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("company_id", sa.String(length=22), nullable=False),
        sa.Column("filing_version_id", sa.String(length=22), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signatory_name", sa.String(length=100), nullable=False),
        sa.Column("signatory_title", sa.String(length=100), nullable=False),
        sa.Column("signatory_mail_address", sa.String(length=254), nullable=False),
        sa.Column("is_delegate", sa.Boolean(), nullable=False),
        sa.Column("clerks", sa.JSON(), nullable=False),
        sa.Column("address_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_because", sa.String(length=300), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["procurement_cases.id"],
            name=op.f("fk_electronic_contract_requests_case_id_procurement_cases"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["companies.id"],
            name=op.f("fk_electronic_contract_requests_company_id_companies"),
        ),
        sa.ForeignKeyConstraint(
            ["filing_version_id"],
            ["filing_versions.id"],
            name=op.f("fk_electronic_contract_requests_filing_version_id_filing_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_electronic_contract_requests")),
        sa.UniqueConstraint(
            "filing_version_id", name=op.f("uq_electronic_contract_requests_filing_version_id")
        ),
    )
    with op.batch_alter_table("electronic_contract_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_electronic_contract_requests_case_id"), ["case_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_electronic_contract_requests_company_id"), ["company_id"], unique=False
        )

    op.create_table(
        "filing_attachments",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("version_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["filing_versions.id"],
            name=op.f("fk_filing_attachments_version_id_filing_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_attachments")),
    )
    with op.batch_alter_table("filing_attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_attachments_version_id"), ["version_id"], unique=False)

    op.create_table(
        "envelopes",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("sender_name", sa.String(length=300), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("witness", "party", name="signingmode", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "viewing_rule",
            sa.Enum("none", "every_document", "every_page", name="viewingrule", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("link_lifetime_minutes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("contract_on", sa.Date(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=22), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelopes")),
        sa.UniqueConstraint("number", name=op.f("uq_envelopes_number")),
    )
    with op.batch_alter_table("envelopes", schema=None) as batch_op:
        batch_op.create_index("ix_envelopes_owner_created_at", ["owner", "created_at"], unique=False)
        batch_op.create_index("ix_envelopes_owner_reference", ["owner", "reference"], unique=False)

    op.create_table(
        "circulation_steps",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("envelope_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column(
            "side", sa.Enum("sender", "receiver", name="side", native_enum=False, length=24), nullable=False
        ),
        sa.Column(
            "role",
            sa.Enum("signer", "reviewer", name="steprole", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("organisation", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=300), nullable=False),
        sa.Column("field_name", sa.String(length=60), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forwarded_from_id", sa.String(length=22), nullable=True),
        sa.Column("problem_reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "consented_at IS NULL OR asked_at IS NOT NULL", name=op.f("ck_circulation_steps_asked_first")
        ),
        sa.CheckConstraint(
            "consented_at IS NULL OR declined_at IS NULL", name=op.f("ck_circulation_steps_one_answer")
        ),
        sa.CheckConstraint(
            "sealed_at IS NULL OR consented_at IS NOT NULL", name=op.f("ck_circulation_steps_consent_first")
        ),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelopes.id"], name=op.f("fk_circulation_steps_envelope_id_envelopes")
        ),
        sa.ForeignKeyConstraint(
            ["forwarded_from_id"],
            ["circulation_steps.id"],
            name=op.f("fk_circulation_steps_forwarded_from_id_circulation_steps"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation_steps")),
    )
    with op.batch_alter_table("circulation_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_circulation_steps_envelope_id"), ["envelope_id"], unique=False)
        batch_op.create_index("ix_circulation_steps_owner_email", ["owner", "email"], unique=False)
        batch_op.create_index(
            "uq_circulation_steps_active_position",
            ["envelope_id", "position"],
            unique=True,
            sqlite_where=sa.text("forwarded_at IS NULL"),
            postgresql_where=sa.text("forwarded_at IS NULL"),
        )

    op.create_table(
        "envelope_documents",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("envelope_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("upload_sha256", sa.String(length=64), nullable=False),
        sa.Column("prepared_sha256", sa.String(length=64), nullable=False),
        sa.Column("head_sha256", sa.String(length=64), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("has_date_field", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelopes.id"], name=op.f("fk_envelope_documents_envelope_id_envelopes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope_documents")),
        sa.UniqueConstraint(
            "envelope_id", "position", name=op.f("uq_envelope_documents_envelope_id_position")
        ),
    )
    with op.batch_alter_table("envelope_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_envelope_documents_head_sha256"), ["head_sha256"], unique=False)

    op.create_table(
        "document_versions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=22), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("step_id", sa.String(length=22), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["envelope_documents.id"],
            name=op.f("fk_document_versions_document_id_envelope_documents"),
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["circulation_steps.id"], name=op.f("fk_document_versions_step_id_circulation_steps")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_versions")),
        sa.UniqueConstraint(
            "document_id", "sequence", name=op.f("uq_document_versions_document_id_sequence")
        ),
    )
    with op.batch_alter_table("document_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_versions_sha256"), ["sha256"], unique=False)

    op.create_table(
        "envelope_events",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("envelope_id", sa.String(length=22), nullable=False),
        sa.Column("step_id", sa.String(length=22), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelopes.id"], name=op.f("fk_envelope_events_envelope_id_envelopes")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["circulation_steps.id"], name=op.f("fk_envelope_events_step_id_circulation_steps")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_envelope_events")),
    )
    with op.batch_alter_table("envelope_events", schema=None) as batch_op:
        batch_op.create_index("ix_envelope_events_owner_envelope_id", ["owner", "envelope_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("envelope_id", sa.String(length=22), nullable=False),
        sa.Column("step_id", sa.String(length=22), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("organisation", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=300), nullable=False),
        sa.Column("authentication", sa.String(length=60), nullable=False),
        sa.Column("ip_address", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("pressed", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelopes.id"], name=op.f("fk_evidence_envelope_id_envelopes")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["circulation_steps.id"], name=op.f("fk_evidence_step_id_circulation_steps")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("step_id", "act", name=op.f("uq_evidence_step_id_act")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_owner_envelope_id", ["owner", "envelope_id"], unique=False)

    op.create_table(
        "links",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("envelope_id", sa.String(length=22), nullable=False),
        sa.Column("step_id", sa.String(length=22), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum("sign", "download", name="linkpurpose", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("recipient", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelopes.id"], name=op.f("fk_links_envelope_id_envelopes")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["circulation_steps.id"], name=op.f("fk_links_step_id_circulation_steps")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_links")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index("ix_links_owner_envelope_id", ["owner", "envelope_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_step_id"), ["step_id"], unique=False)

    op.create_table(
        "page_views",
        sa.Column("step_id", sa.String(length=22), nullable=False),
        sa.Column("document_id", sa.String(length=22), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["envelope_documents.id"],
            name=op.f("fk_page_views_document_id_envelope_documents"),
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["circulation_steps.id"], name=op.f("fk_page_views_step_id_circulation_steps")
        ),
        sa.PrimaryKeyConstraint("step_id", "document_id", "page", name=op.f("pk_page_views")),
    )
    op.create_table(
        "seal_jobs",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("envelope_id", sa.String(length=22), nullable=False),
        sa.Column("document_id", sa.String(length=22), nullable=False),
        sa.Column("step_id", sa.String(length=22), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("signature", "document_timestamp", name="jobkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("job_key", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base_sha256", sa.String(length=64), nullable=True),
        sa.Column("tbs_sha256", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=64), nullable=True),
        sa.Column("hole_start", sa.Integer(), nullable=True),
        sa.Column("hole_end", sa.Integer(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filled_on", sa.Date(), nullable=True),
        sa.Column("cms", sa.LargeBinary(), nullable=True),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_sha256", sa.String(length=64), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cms IS NULL OR tbs_sha256 IS NOT NULL", name=op.f("ck_seal_jobs_prepared_first")),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["envelope_documents.id"],
            name=op.f("fk_seal_jobs_document_id_envelope_documents"),
        ),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelopes.id"], name=op.f("fk_seal_jobs_envelope_id_envelopes")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["circulation_steps.id"], name=op.f("fk_seal_jobs_step_id_circulation_steps")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_jobs")),
        sa.UniqueConstraint("document_id", "job_key", name=op.f("uq_seal_jobs_document_id_job_key")),
    )
    with op.batch_alter_table("seal_jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_jobs_envelope_id"), ["envelope_id"], unique=False)
        batch_op.create_index("ix_seal_jobs_owner_finished_at", ["owner", "finished_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("seal_jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_seal_jobs_owner_finished_at")
        batch_op.drop_index(batch_op.f("ix_seal_jobs_envelope_id"))

    op.drop_table("seal_jobs")
    op.drop_table("page_views")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_step_id"))
        batch_op.drop_index("ix_links_owner_envelope_id")

    op.drop_table("links")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_owner_envelope_id")

    op.drop_table("evidence")
    with op.batch_alter_table("envelope_events", schema=None) as batch_op:
        batch_op.drop_index("ix_envelope_events_owner_envelope_id")

    op.drop_table("envelope_events")
    with op.batch_alter_table("document_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_versions_sha256"))

    op.drop_table("document_versions")
    with op.batch_alter_table("envelope_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_envelope_documents_head_sha256"))

    op.drop_table("envelope_documents")
    with op.batch_alter_table("circulation_steps", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_circulation_steps_active_position",
            sqlite_where=sa.text("forwarded_at IS NULL"),
            postgresql_where=sa.text("forwarded_at IS NULL"),
        )
        batch_op.drop_index("ix_circulation_steps_owner_email")
        batch_op.drop_index(batch_op.f("ix_circulation_steps_envelope_id"))

    op.drop_table("circulation_steps")
    with op.batch_alter_table("envelopes", schema=None) as batch_op:
        batch_op.drop_index("ix_envelopes_owner_reference")
        batch_op.drop_index("ix_envelopes_owner_created_at")

    op.drop_table("envelopes")
    with op.batch_alter_table("filing_attachments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_attachments_version_id"))

    op.drop_table("filing_attachments")
    with op.batch_alter_table("electronic_contract_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_electronic_contract_requests_company_id"))
        batch_op.drop_index(batch_op.f("ix_electronic_contract_requests_case_id"))

    op.drop_table("electronic_contract_requests")
    op.drop_table("reminders")
    op.drop_table("filing_versions")
    with op.batch_alter_table("filing_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_messages_filing_id"))

    op.drop_table("filing_messages")
    with op.batch_alter_table("contract_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_documents_final_sha256"))

    op.drop_table("contract_documents")
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filings_company_id"))

    op.drop_table("filings")
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contracts_envelope_id"))
        batch_op.drop_index(batch_op.f("ix_contracts_company_id"))

    op.drop_table("contracts")
    with op.batch_alter_table("company_registrations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_company_registrations_company_id"))

    op.drop_table("company_registrations")
    with op.batch_alter_table("case_deadlines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_deadlines_due_at"))

    op.drop_table("case_deadlines")
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_awards_company_id"))

    op.drop_table("awards")
    op.drop_table("procurement_cases")
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_messages_waiting",
            postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
            sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        )
        batch_op.drop_index("ix_outbox_messages_city_case_id")

    op.drop_table("outbox_messages")
    op.drop_table("login_tries")
    with op.batch_alter_table("login_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_sessions_case_link_id"))
        batch_op.drop_index(batch_op.f("ix_login_sessions_account_id"))

    op.drop_table("login_sessions")
    op.drop_table("known_addresses")
    op.drop_table("job_runs")
    with op.batch_alter_table("companies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_companies_name"))

    op.drop_table("companies")
    with op.batch_alter_table("case_links", schema=None) as batch_op:
        batch_op.drop_index("ix_case_links_city_case_id")

    op.drop_table("case_links")
    op.drop_table("audit_heads")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entries_subject")

    op.drop_table("audit_entries")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_company_id"))
        batch_op.drop_index("ix_accounts_city_section")

    op.drop_table("accounts")
