"""Numbers to files: JSON, CSV, tables, plots and documents."""
