"""Tests of the pages of the surety desk."""
