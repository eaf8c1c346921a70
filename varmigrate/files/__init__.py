"""Files: finding them, reading and writing them, and turning bytes into text and back.

Nothing here knows what is looked for in them. The modules are imported one by one, so that a run
pays only for what it uses.
"""
