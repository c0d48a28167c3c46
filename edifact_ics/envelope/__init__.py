"""Segments to interchanges and messages; what is wrong with UNB, UNG, UNH and their ends."""
