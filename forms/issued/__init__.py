"""Papers that we issue (発行する書類): contract document, receipt, conclusion certificate."""
