"""What secures a contract or an advance payment (保証)."""
