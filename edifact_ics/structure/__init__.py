"""The walk of a message through its guide: order, nesting, repeats, and what to make of a segment out of place."""
