"""Pictures that the server draws as SVG: readable without colour, each with its words behind it."""
