"""PAdES: PDF bytes in, sealed PDF bytes out. Knows no database and no clock."""
