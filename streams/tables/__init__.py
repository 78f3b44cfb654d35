"""Tables that people keep, in and out: CSV, XLSX and Parquet."""
