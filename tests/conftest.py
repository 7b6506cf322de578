"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# Before any OpenMP library is loaded: the tests run beside others on few cores.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")
# A busy machine must not fail a property: examples have no deadline.
settings.register_profile("medicord", deadline=None)
settings.load_profile("medicord")
