"""Reports, listings and guides as text and JSON. Nothing here reads or judges data."""
