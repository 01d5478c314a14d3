"""Accounts (利用者): who a person is, how it signs in, and what it may do."""
