"""What secures a contract or an advance payment (保証).

Three facts stay apart: what the city was told (`lodged`), what the registry says (`registry`, asked through
`lookup`), and what the contract needs (procurement's rules). `checks` compares them. `registry` and `desk`
serve every city and know nothing of our contracts.
"""
