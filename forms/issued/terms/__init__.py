"""The clauses of our contract documents (契約条項), one file per kind of contract."""
