"""evaltop: every LLM evaluation run and batch job in one terminal app."""

__version__ = "0.1.0"
