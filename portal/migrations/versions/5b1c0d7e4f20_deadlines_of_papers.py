"""Deadlines of papers: by when a filing was due"""

import sqlalchemy as sa
from alembic import op

revision = "5b1c0d7e4f20"
down_revision = "ad9159f13338"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("due_text", sa.String(length=300), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.drop_column("due_text")
        batch_op.drop_column("due_at")
