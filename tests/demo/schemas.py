"""Answers against the OpenAPI files given with `--specs`.

The files describe what the providers promise; their live services break them in known places.
Those places are `Deviation`s: literal, commented, and each must really occur, so that a list of
excuses cannot grow unnoticed.
"""

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator

Kind = Literal["null", "absent", "extra"]
"""What a property is: null, missing, or (in closed documents) not listed."""


@dataclass(frozen=True)
class Deviation:
    """One place where live replies depart from the schema."""

    schema: str
    """Name under `components.schemas`."""
    path: str
    """Dotted way from there to the property: `properties.sample.properties.seed`."""
    kind: Kind
    why: str


def _node(schema: Any, path: Sequence[str]) -> Any:
    for step in path:
        schema = schema[int(step)] if isinstance(schema, list) else schema[step]
    return schema


def _allow(document: dict[str, Any], deviation: Deviation) -> None:
    steps = deviation.path.split(".")
    root = document["components"]["schemas"][deviation.schema]
    if deviation.kind == "absent":
        _node(root, steps[:-2])["required"].remove(steps[-1])
    elif deviation.kind == "extra":
        _node(root, steps[:-1])[steps[-1]] = {}
    else:
        parent = _node(root, steps[:-1])
        parent[steps[-1]] = {"anyOf": [parent[steps[-1]], {"type": "null"}]}


def _modern(node: Any) -> Any:
    """Return the schema with OpenAPI 3.0's `nullable` spelt out and every `oneOf` loosened.

    The documents' alternatives overlap (one message fits two branches), so a strict `oneOf`
    refuses valid live bodies.
    """
    if isinstance(node, list):
        return [_modern(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {("anyOf" if name == "oneOf" else name): _modern(one) for name, one in node.items()}
    if made.pop("nullable", False) is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def _closed(node: Any) -> Any:
    """Return the schema with every object closed whose properties are listed."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {name: _closed(one) for name, one in node.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


class Spec:
    """One OpenAPI file, loosened by its deviations.

    With `closed`, a field the document does not list is a fault too.
    """

    def __init__(
        self, file: Path, deviations: Sequence[Deviation], *, closed: bool = False
    ) -> None:
        self._document = _modern(json.loads(file.read_text("utf-8")))
        if closed:
            self._document = _closed(self._document)
        for deviation in deviations:
            _allow(self._document, deviation)
        self._components = deepcopy(self._document["components"])
        self.validator = cache(self._validator)

    def _validator(self, schema: str) -> Draft202012Validator:
        """Return the validator of a schema given as JSON text."""
        return Draft202012Validator({**json.loads(schema), "components": self._components})

    def answer_schema(self, method: str, template: str, status: int) -> str:
        """Return the JSON text of what a status of an operation promises.

        Answers in lines are held, as a list, against the array the documents declare for them.
        """
        responses = self._document["paths"][template][method.lower()]["responses"]
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                response = responses[key]
                if "$ref" in response:
                    response = _node(self._document, response["$ref"].split("/")[1:])
                [kind] = response["content"].values()
                return json.dumps(kind["schema"])
        raise KeyError(f"{method} {template} says nothing about {status}")

    def component(self, name: str) -> str:
        """Return the JSON text of a reference to a named schema."""
        return json.dumps({"$ref": f"#/components/schemas/{name}"})

    def faults(self, schema: str, body: Any) -> list[str]:
        """Return what is wrong with `body`, most telling first; empty = valid."""
        return [
            f"{fault.json_path}: {fault.message[:200]}"
            for fault in self.validator(schema).iter_errors(body)
        ]


@dataclass(frozen=True)
class Sample:
    """One answer and the schema it is held against."""

    where: str
    schema: str
    body: Any


def check(
    file: Path,
    deviations: Sequence[Deviation],
    samples: Sequence[Sample],
    *,
    closed: bool = False,
) -> int:
    """Assert that all samples are valid and that no deviation is idle; return their number.

    The samples' schemas must come from a `Spec` that is `closed` likewise.
    """
    spec = Spec(file, deviations, closed=closed)
    for sample in samples:
        faults = spec.faults(sample.schema, sample.body)
        assert not faults, (sample.where, faults[:5])
    for deviation in deviations:
        others = [one for one in deviations if one is not deviation]
        strict = Spec(file, others, closed=closed)
        idle = all(strict.validator(s.schema).is_valid(s.body) for s in samples)
        assert not idle, ("never occurs", deviation)
    return len(samples)
