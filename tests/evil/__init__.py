"""Hostile inputs, made rather than stored: each is a function of its size."""
