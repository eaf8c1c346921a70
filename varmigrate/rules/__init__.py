"""The rules, one to a file; `registry` finds them.

A file `vm*.py` in this folder is a rule. Its docstring says what, why, an example, the fix and how
safe it is; VALID and INVALID hold its cases, which are its tests and feed `varmigrate explain`.
"""
