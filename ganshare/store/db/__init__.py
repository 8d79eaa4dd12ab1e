"""SQL foundations of the store: connections, dialects, tables, rows."""
