"""What Alembic runs: the steps, on the connection that `edifact_ics.ledger.database.migrate` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
