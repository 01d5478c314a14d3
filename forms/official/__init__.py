"""The cities' official papers (様式) as PDF."""
