"""`python -m tests.bench inbound|sends [--quick]`: figures with our competitors' beside them. Nothing is asserted."""

from __future__ import annotations

import argparse
from importlib import import_module

BENCHES = ("inbound", "sends")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("--quick", action="store_true", help="the same table within 50 seconds, with fewer people")
    args = parser.parse_args()
    import_module(f"tests.bench.{args.bench}").main(quick=args.quick)
