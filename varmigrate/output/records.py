"""Reports as plain data, as `docs/findings.schema.json` describes it: what the machine formats
share."""

from __future__ import annotations

import json
from typing import Any

from varmigrate.model import Finding, Fix, Report
from varmigrate.output.counts import count, count_files


def finding_record(finding: Finding) -> dict[str, Any]:
    """Return `finding` as the contract lays it out."""
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "cell": finding.cell,
        "code": finding.code,
        "intent": finding.intent.value if finding.intent else None,
        "message": finding.message,
        "evidence": list(finding.evidence),
        "fix": _fix_record(finding.fix) if finding.fix else None,
        "advice": finding.advice,
    }


def _fix_record(fix: Fix) -> dict[str, Any]:
    return {
        "safety": fix.safety.value,
        "title": fix.title,
        "assumption": fix.assumption,
        "edits": [{"start": edit.start, "end": edit.end, "text": edit.text} for edit in fix.edits],
    }


def closing_record(report: Report) -> dict[str, Any]:
    """Return what a report says about the whole run: files, summary of its findings, errors."""
    files, counts = count_files(report), count(report.findings())
    return {
        "files": {
            "checked": files.checked,
            "with_findings": files.with_findings,
            "failed": files.failed,
        },
        "summary": {
            "by_code": counts.by_code,
            "by_intent": counts.by_intent,
            "by_safety": counts.by_safety,
        },
        "errors": list(report.errors()),
    }


def encoded(record: object) -> str:
    """Return `record` as JSON on one line, in ASCII, so that any file name can be written."""
    return json.dumps(record)
