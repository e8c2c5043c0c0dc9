"""`python -m tests.bench <one of BENCHES> [--quick]`: figures with something beside them. Nothing is asserted."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

BENCHES = ("inbound", "sends", "scale", "broadcast", "ballots", "lists", "guests", "thief", "ladder", "chat")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("--quick", action="store_true", help="the same table within a minute, with fewer people")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="for scale, thief and ladder")
    parser.add_argument("--resume", type=Path, help="for thief: keeps what was played in this file, and plays the rest")
    args = parser.parse_args()
    given = {"database": args.database} if args.bench in ("scale", "thief", "ladder") else {}
    given |= {"resume": args.resume} if args.bench == "thief" else {}
    import_module(f"tests.bench.{args.bench}").main(quick=args.quick, **given)
