"""The canonical document: text out of a walked message, schema, the way back to segments, the view rules read."""
