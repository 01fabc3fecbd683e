"""Prints for each input whether its JSON Schema takes it: `validate.py <folder of schemas> <file of {schema, value} lines>`."""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator

folder, cases = map(pathlib.Path, sys.argv[1:])
validators = {}
for path in folder.glob("*.schema.json"):
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)
    validators[path.name] = Draft202012Validator(schema)
# Not splitlines(), which ends lines at U+2028 too.
lines = cases.read_text().rstrip("\n").split("\n")
print("".join("1" if validators[each["schema"]].is_valid(each["value"]) else "0" for each in map(json.loads, lines)))
