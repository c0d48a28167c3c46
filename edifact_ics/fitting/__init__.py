"""An archive held against the guides, and what it lets a user change in them."""
