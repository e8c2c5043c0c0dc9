"""What rules of several subjects are played with."""

from __future__ import annotations

import pytest

from tests.faults.line import Desk
from tests.faults.two_senders import OVERSLEPT, TwoSenders


@pytest.fixture(params=OVERSLEPT, ids=lambda row: f"without {' and '.join(row[0]) or 'nothing'}")
def two_senders(at: Desk, request: pytest.FixtureRequest) -> TwoSenders:
    """At the desk of the test that asks, with each of the checks and without."""
    return TwoSenders(at, *request.param)
