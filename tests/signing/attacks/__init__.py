"""Attacks on signed files (署名済みファイルへの攻撃), made here, and the honest files that they start from."""
