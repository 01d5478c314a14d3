"""Everything a person fills in, and the paper it becomes (様式)."""
