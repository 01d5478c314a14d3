"""The portal (割符): Flask, and the application layer. A docstring only: a workflow loads no Flask."""
