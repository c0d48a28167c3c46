"""One segment by its row of the guide: values, faults and canonical text."""
