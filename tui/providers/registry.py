"""From a connection's configuration to its provider."""

from tui.config import (
    AzureOpenAIConnection,
    ConnectionConfig,
    DatalabConnection,
    GoModelConnection,
    OpenAIConnection,
    WeaveConnection,
)
from tui.errors import InternalError
from tui.providers.base import Provider
from tui.providers.http import ClientContext


def make_provider(config: ConnectionConfig, context: ClientContext) -> Provider:
    """Return the provider of a connection; nothing is asked yet.

    Only that provider's module is imported: wire models of the others are never built.
    """
    match config:
        case OpenAIConnection():
            from tui.providers import openai

            return openai.create(config, context)
        case AzureOpenAIConnection():
            from tui.providers import azure_openai

            return azure_openai.create(config, context)
        case WeaveConnection():
            from tui.providers import weave

            return weave.create(config, context)
        case DatalabConnection():
            from tui.providers import datalab

            return datalab.create(config, context)
        case GoModelConnection():
            from tui.providers import gomodel

            return gomodel.create(config, context)
    raise InternalError(f"No provider is registered for connection {config.name}.")
