"""Certificates and keys: their kinds, the facts in them, key files, and Customs' own certificate pinned by days."""
