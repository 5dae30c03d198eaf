"""From a file someone brought to records: columns, datum, rows, comparison, and the writes that can be undone."""
