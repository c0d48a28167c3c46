"""A file taken through the stages, one message at a time."""
