"""The API that these tests ask."""

import pytest

from tests.providers.openai.fake_api import FakeApi
from tests.providers.openai.payloads import EVAL_ID, an_eval


@pytest.fixture
def api() -> FakeApi:
    """An API that has one eval."""
    api = FakeApi()
    api.lists["/evals"] = [an_eval()]
    api.objects[f"/evals/{EVAL_ID}"] = an_eval()
    return api
