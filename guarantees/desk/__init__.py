"""The desk of a surety company (保証の申込窓口, Net Desk / e-Net): applications, issue, changes, cancellation."""
