"""The edit vocabulary: small replacements of text spans, composed and applied in one pass.

Edits are spans of the original text rather than a new tree, so everything outside them is
byte-identical by construction, nested rewrites compose, and what the JSON output reports is exactly
what is applied. The room knows nothing of intents.
"""
