"""Bytes to segments and back: service characters, repertoires, the scanner."""
