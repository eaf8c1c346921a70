"""The machine formats, against the published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from output_samples import SAFE, UNSAFE, finding, manual, report, shown

from varmigrate.model import FileResult, Intent, Report, Safety

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs" / "findings.schema.json").read_text("utf-8")
)
LINE_SCHEMA = {"$schema": SCHEMA["$schema"], "$ref": "#/$defs/line", "$defs": SCHEMA["$defs"]}


def _reports() -> dict[str, Report]:
    left = (
        finding(evidence=("loop variable of a DataLoader", "the name says 'data'")),
        finding(path="nb.ipynb", cell=3, code="VM101", intent=Intent.TRAINABLE, fix=UNSAFE),
        manual(path="src/\udcff\n[red].py", message="\x1b[31m \u202e \udc80 日本"),
    )
    failed = Report((FileResult("a.py", errors=("a.py: denied",)),), 3, ("folder: denied",))
    return {
        "empty": Report(),
        "check": report(*left),
        "fix": report(*left, fixed=(finding(line=1), finding(line=2, fix=UNSAFE))),
        "failed": failed,
    }


@pytest.fixture(params=_reports())
def made(request: pytest.FixtureRequest) -> Report:
    return _reports()[request.param]


@pytest.fixture(params=["check", "fix"])
def command(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_json_follows_the_schema(made: Report, command: str) -> None:
    document = json.loads(shown(made, "json", command=command))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_every_jsonl_line_follows_the_schema(made: Report, command: str) -> None:
    lines = shown(made, "jsonl", command=command).splitlines()
    for line in lines:
        jsonschema.Draft202012Validator(LINE_SCHEMA).validate(json.loads(line))
    kinds = [json.loads(line)["type"] for line in lines]
    assert kinds.count("summary") == 1
    assert kinds[-1] == "summary"


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_the_output_can_be_written_in_any_encoding(made: Report, name: str) -> None:
    output = shown(made, name, command="fix")
    output.encode("ascii")
    assert output.endswith("\n")


def test_json_in_full() -> None:
    one = finding(source="日 = Variable(data)", evidence=("why",), fix=UNSAFE)
    expected = {
        "version": "1.2.3",
        "findings": [
            {
                "path": "src/train.py",
                "line": 12,
                "column": 5,
                "end_line": 12,
                "end_column": 19,
                "cell": None,
                "code": "VM105",
                "intent": "batch",
                "message": "a batch needs no Variable",
                "evidence": ["why"],
                "fix": {
                    "safety": "unsafe",
                    "title": "use x itself",
                    "assumption": "x is not used again",
                    "edits": [{"start": 3, "end": 3, "text": "é"}],
                },
                "advice": None,
            }
        ],
        "files": {"checked": 7, "with_findings": 1, "failed": 0},
        "summary": {
            "by_code": {"VM105": 1},
            "by_intent": {"batch": 1},
            "by_safety": {"unsafe": 1},
        },
        "errors": [],
    }
    assert json.loads(shown(report(one), "json")) == expected


def test_a_finding_without_a_fix_says_what_to_do() -> None:
    (record,) = json.loads(shown(report(manual()), "json"))["findings"]
    assert record["fix"] is None
    assert record["intent"] is None
    assert record["advice"] == "remove it"


def test_fix_lists_what_was_fixed_and_counts_what_is_left() -> None:
    made = report(manual(), fixed=(finding(), finding(line=13)))
    document = json.loads(shown(made, "json", command="fix"))
    assert [record["code"] for record in document["findings"]] == ["VM206"]
    assert [record["line"] for record in document["fixed"]] == [12, 13]
    assert document["summary"]["by_safety"] == {"manual": 1}
    lines = [json.loads(line) for line in shown(made, "jsonl", command="fix").splitlines()]
    assert [line["type"] for line in lines] == ["finding", "fixed", "fixed", "summary"]


def test_check_has_no_fixed_list() -> None:
    assert "fixed" not in json.loads(shown(report(finding()), "json"))


def test_errors_and_failed_files() -> None:
    document = json.loads(shown(_reports()["failed"], "json"))
    assert document["files"] == {"checked": 3, "with_findings": 0, "failed": 2}
    assert document["errors"] == ["folder: denied", "a.py: denied"]


def test_summaries_add_up_and_rank() -> None:
    findings = (finding(line=1), manual(line=2), finding(line=3, fix=UNSAFE), manual(line=4))
    summary = json.loads(shown(report(*findings, finding(line=5)), "json"))["summary"]
    assert list(summary["by_code"].items()) == [("VM105", 3), ("VM206", 2)]
    assert list(summary["by_intent"].items()) == [("batch", 3), ("none", 2)]
    assert list(summary["by_safety"].items()) == [("manual", 2), ("safe", 2), ("unsafe", 1)]


def test_both_formats_tell_the_same() -> None:
    made = _reports()["check"]
    document = json.loads(shown(made, "json"))
    *findings, last = (json.loads(line) for line in shown(made, "jsonl").splitlines())
    assert [{**record, "type": "finding"} for record in document["findings"]] == findings
    del document["findings"]
    assert {**document, "type": "summary"} == last


def test_json_holds_a_finding_per_line() -> None:
    lines = shown(report(finding(line=1), finding(line=2)), "json").splitlines()
    assert sum('"path"' in line for line in lines) == 2


def _objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for item in schema for found in _objects(item)]
    if not isinstance(schema, dict):
        return []
    inner = [found for item in schema.values() for found in _objects(item)]
    return [schema, *inner] if schema.get("type") == "object" else inner


def test_the_schema_is_closed_and_every_field_described() -> None:
    described = 0
    for schema in _objects(SCHEMA):
        assert schema["description"]
        assert "additionalProperties" in schema
        for field in schema.get("properties", {}).values():
            target: Any = field
            while "$ref" in target:
                target = SCHEMA
                for step in field["$ref"].removeprefix("#/").split("/"):
                    target = target[step]
            assert target["description"], field
            described += 1
    assert described > 40


@pytest.mark.parametrize("where", ["document", "finding", "fix", "edit", "files", "summary"])
def test_the_schema_refuses_unknown_fields(where: str) -> None:
    document = json.loads(shown(report(finding()), "json"))
    (record,) = document["findings"]
    {
        "document": document,
        "finding": record,
        "fix": record["fix"],
        "edit": record["fix"]["edits"][0],
        "files": document["files"],
        "summary": document["summary"],
    }[where]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_the_schema_knows_the_model() -> None:
    fields = SCHEMA["$defs"]["finding"]["properties"]
    assert fields["intent"]["enum"] == [*(intent.value for intent in Intent), None]
    assert SCHEMA["$defs"]["fix"]["properties"]["safety"]["enum"] == [item.value for item in Safety]
    line = SCHEMA["$defs"]["finding_line"]
    assert line["properties"].keys() == fields.keys() | {"type"}
    assert set(line["required"]) == line["properties"].keys()


def test_edits_are_those_of_the_fix() -> None:
    (record,) = json.loads(shown(report(finding()), "json"))["findings"]
    edits = [(edit["start"], edit["end"], edit["text"]) for edit in record["fix"]["edits"]]
    assert edits == [(edit.start, edit.end, edit.text) for edit in SAFE.edits]
