"""What is said to whoever types `haichieu …`: pages of help, answers, refusals, and what the doctor found.

These words live here like all others, not beside the commands: these then hold no sentence in any language, so that the one
place in which words are looked for (tests/catalogs.py) misses none, and a translator reads them together.
"""
