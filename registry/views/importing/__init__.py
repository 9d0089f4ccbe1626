"""Pages on which spreadsheets come in: file, columns, preview, what came of it."""
