"""The registry (保証確認サービス): certificates that sureties publish and orderers look up by number and key."""
