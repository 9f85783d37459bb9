"""The providers under contract."""

import pytest

from tests.providers.contract.case import Case, Site
from tests.providers.contract.cases_azure_openai import AzureBatchCase, AzureCase, FoundryCase
from tests.providers.contract.cases_datalab import DatalabCase
from tests.providers.contract.cases_gomodel import GoModelCase
from tests.providers.contract.cases_openai import OpenAIBatchCase, OpenAICase
from tests.providers.contract.cases_weave import WeaveCase

CASES: tuple[type[Case], ...] = (
    OpenAICase,
    OpenAIBatchCase,
    AzureCase,
    AzureBatchCase,
    FoundryCase,
    WeaveCase,
    DatalabCase,
    GoModelCase,
)


@pytest.fixture(params=CASES, ids=lambda case: str(case.name))
def site(request: pytest.FixtureRequest) -> Site:
    """An empty account on each provider."""
    case: Case = request.param()
    return Site(case)
