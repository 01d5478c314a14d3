"""Entry point for web servers and `flask --app wsgi`."""

from portal.app import create_app

app = create_app()
