"""Migrations (スキーマの履歴): one history for every table of the portal."""
