"""Jobs (定期処理): what happens by the clock; declared in one table, each safe to run twice or be killed."""
