"""The MIG files: read, checked, corrected by a user's own, held in a library; the schemas that go with them."""
