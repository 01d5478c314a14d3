"""Who may call which route, written down by hand: a new route needs its name here before it can land."""

from portal.permissions import Role

EVERYONE = frozenset(Role)
ACCOUNTS = EVERYONE - {Role.GUEST, Role.CASE_LINK}
OFFICE = frozenset({Role.OFFICER, Role.SIGNATORY, Role.ADMIN, Role.AUDITOR})
OFFICE_WRITERS = frozenset({Role.OFFICER, Role.ADMIN})
CITY_SIGNATORIES = frozenset({Role.SIGNATORY})
ADMINS = frozenset({Role.ADMIN})
CONTRACTORS = frozenset({Role.CONTRACTOR, Role.CASE_LINK})
SURETIES = frozenset({Role.SURETY})
DESK_CUSTOMERS = frozenset({Role.DESK_CUSTOMER})
REGISTRY_ORDERERS = frozenset({Role.REGISTRY_ORDERER})
REGISTRY_SURETIES = frozenset({Role.REGISTRY_SURETY})

ROWS: tuple[tuple[str, frozenset[Role], str], ...] = (
    ("health", EVERYONE, "show_health"),
    ("accounts", EVERYONE, "show_login submit_login submit_logout show_home"),
    ("accounts", ACCOUNTS, "show_password submit_password"),
    ("certificates", ACCOUNTS, "show_certificates show_certificate show_confirmation submit_confirmation"),
    ("certificates", ACCOUNTS, "show_pin submit_pin show_password_reissue submit_password_reissue"),
    ("demo", EVERYONE, "show_demo submit_sign_in submit_clock show_mailbox show_mail show_attachment"),
    ("public", EVERYONE, "show_home show_verify submit_verify show_help show_city_help"),
    ("public", EVERYONE, "show_signature_help show_accessibility show_guarantee_help"),
    ("public", EVERYONE, "show_practices show_practice submit_practice"),
    ("public", EVERYONE, "show_practice_paper submit_practice_paper"),
    ("public", EVERYONE, "show_ca send_ca_certificate send_ca_crl answer_ocsp answer_ocsp_by_address"),
    # The signer's door: whoever holds the link; the door itself checks it.
    ("signer", EVERYONE, "show_review show_picture send_document show_consent submit_consent"),
    ("signer", EVERYONE, "show_signature submit_signature submit_password show_key_file submit_key_file"),
    ("signer", EVERYONE, "show_external submit_external send_data submit_external_answer"),
    ("signer", EVERYONE, "submit_external_stop"),
    (
        "signer",
        EVERYONE,
        "show_decline submit_decline show_forward submit_forward show_problem submit_problem",
    ),
    ("signer", EVERYONE, "show_outcome show_download send_concluded send_certificate"),
    # The contractor's door. The first row is links of mails, checked by the door itself.
    ("contractor", EVERYONE, "enter show_address submit_address"),
    ("contractor", CONTRACTORS, "list_cases show_case show_messages submit_message"),
    ("contractor", CONTRACTORS, "show_section submit_section autosave_section show_check submit"),
    ("contractor", CONTRACTORS, "show_attachments add_attachment remove_attachment show_attachment"),
    ("contractor", CONTRACTORS, "show_attachment_preview show_attachment_page"),
    ("contractor", CONTRACTORS, "show_filing show_version show_paper show_receipt_paper show_preview"),
    ("contractor", CONTRACTORS, "download_archive"),
    ("contractor", CONTRACTORS, "show_change submit_change show_withdrawal submit_withdrawal"),
    ("contractor", CONTRACTORS, "submit_address_mail"),
    ("contractor", CONTRACTORS, "show_advance_payments show_advance_payment"),
    ("contractor", CONTRACTORS, "show_payment_request submit_payment_request"),
    ("contractor", CONTRACTORS, "show_payment_claim submit_payment_claim"),
    ("contractor", CONTRACTORS, "show_contract download_document download_certificate"),
    ("contractor", CONTRACTORS, "show_guarantees show_guarantee_notice submit_guarantee_notice"),
    ("contractor", CONTRACTORS, "submit_guarantee_confirmation show_guarantee_key submit_guarantee_key"),
    ("contractor", CONTRACTORS, "show_guarantee_means submit_guarantee_means"),
    # The office: everybody there reads; who writes and who signs are different people.
    ("office", OFFICE, "show_home show_cases show_case show_rules show_jobs show_mails show_mail"),
    ("office", OFFICE, "show_preservation"),
    ("office", OFFICE, "show_filing show_paper show_paper_page show_attachment show_completions"),
    ("office", OFFICE, "show_filings show_receipt_paper download_archive"),
    ("office", OFFICE, "show_attachment_preview show_attachment_page"),
    ("office", OFFICE, "show_document show_document_page show_certificate"),
    ("office", OFFICE, "show_signer_certificates show_signer_certificate"),
    ("office", ADMINS, "show_application submit_application send_certificate_request"),
    ("office", ADMINS, "submit_certificate_import show_revocation submit_revocation"),
    (
        "office",
        OFFICE_WRITERS,
        "show_award submit_award show_import submit_import show_preview show_template",
    ),
    ("office", OFFICE_WRITERS, "submit_confirmation submit_registration"),
    ("office", OFFICE_WRITERS, "show_received_filing submit_received_filing submit_acceptance submit_return"),
    ("office", OFFICE_WRITERS, "submit_address_mail"),
    ("office", OFFICE_WRITERS, "submit_rejection submit_message submit_assignment submit_release"),
    ("office", OFFICE_WRITERS, "submit_acceptance_preview submit_acceptances"),
    (
        "office",
        OFFICE_WRITERS,
        "show_documents submit_documents submit_generation submit_move submit_removal",
    ),
    ("office", OFFICE_WRITERS, "show_date_field submit_date_field show_marked_page"),
    ("office", OFFICE_WRITERS, "show_amendment submit_amendment show_decision submit_decision"),
    ("office", OFFICE_WRITERS, "show_send submit_send submit_resend submit_resume submit_retry"),
    ("office", OFFICE_WRITERS, "show_seal_place submit_seal_image show_seal_picture"),
    ("office", OFFICE, "show_advance_payments show_case_advance_payments"),
    ("office", OFFICE_WRITERS, "show_payment_step submit_payment_step show_paid_day submit_paid_day"),
    ("office", OFFICE_WRITERS, "show_paper_conclusion submit_paper_conclusion"),
    ("office", OFFICE, "show_guarantees show_case_guarantees show_guarantee show_look_record"),
    ("office", OFFICE_WRITERS, "show_permission submit_permission show_lodging submit_lodging"),
    ("office", OFFICE_WRITERS, "submit_notice submit_notice_confirmation submit_key_view submit_notice_view"),
    ("office", OFFICE_WRITERS, "submit_look show_manual_look submit_manual_look submit_line submit_original"),
    ("office", OFFICE_WRITERS, "submit_guarantee_acceptance submit_guarantee_return"),
    ("office", OFFICE_WRITERS, "submit_guarantee_release"),
    ("office", CITY_SIGNATORIES, "submit_sign"),
    # The desks of the surety companies: officers at /surety/, their customers at /surety/desk/.
    ("surety", EVERYONE, "show_orderers show_join submit_join"),
    ("surety", SURETIES, "show_home show_tries show_news submit_news"),
    ("surety", SURETIES, "show_applications show_application submit_send_back submit_issue"),
    ("surety", SURETIES, "submit_asked_change show_guarantees show_guarantee show_follow submit_follow"),
    ("surety", SURETIES, "submit_publication show_customers submit_admission submit_decline"),
    ("surety", SURETIES, "show_papers send_paper_file submit_received"),
    ("desk", DESK_CUSTOMERS, "show_home show_applications show_new submit_new show_application"),
    ("desk", DESK_CUSTOMERS, "submit_draft show_check submit_application_form show_sent submit_withdrawal"),
    ("desk", DESK_CUSTOMERS, "show_changeable show_change submit_change show_change_draft"),
    ("desk", DESK_CUSTOMERS, "submit_change_draft show_change_check submit_change_check"),
    ("desk", DESK_CUSTOMERS, "show_guarantees show_premiums show_guarantee show_key send_key_notice"),
    ("desk", DESK_CUSTOMERS, "show_certificate send_certificate show_profile submit_profile"),
    ("desk", DESK_CUSTOMERS, "show_statements show_sending submit_paper show_papers send_own_paper"),
    # The registry: programs show a token or certificate, which the API checks itself; people sign in.
    ("registry_api", EVERYONE, "show_document list_orderers look_up publish_new publish_version"),
    ("registry_api", EVERYONE, "list_certificates show_certificate list_tries"),
    ("registry", EVERYONE, "show_orderers"),
    ("registry", ACCOUNTS, "show_home"),
    ("registry", REGISTRY_ORDERERS, "show_look_up submit_look_up"),
    ("registry", REGISTRY_SURETIES, "show_certificates show_certificate"),
)
ACCESS: dict[str, frozenset[Role]] = {"static": EVERYONE} | {
    f"{door}.{name}": who for door, who, names in ROWS for name in names.split()
}
