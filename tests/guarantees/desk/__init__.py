"""Tests of the surety desk (保証の申込窓口)."""
