"""The steps that bring the tables of a registry up, one module for each, run by Alembic."""
