"""Workflows (業務の流れ): one verb per file; what spans several packages, without Flask and without commit."""
