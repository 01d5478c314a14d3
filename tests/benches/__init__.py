"""Figures of `make bench`, one module for each part; each has `figures(folder)`."""
