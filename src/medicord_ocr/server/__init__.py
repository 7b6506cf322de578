"""The HTTP API: one document in, its JSON out, closed to everyone without a token.

``app`` puts it together; ``cli.serve`` runs it. Documents are read in processes of ``pool``,
never in the event loop.
"""
