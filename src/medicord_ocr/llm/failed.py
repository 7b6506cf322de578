"""The one way in which a language model fails."""


class ProviderError(Exception):
    """No usable answer; the message says why, without any text of the document."""
