"""The SQL ground of the store: connections, dialects, tables and rows."""
