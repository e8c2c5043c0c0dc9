"""The demo: a made-up union on this machine, three phones in one page, and a tour that checks itself."""
