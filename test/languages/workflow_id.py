"""Prints the workflow id of a target, as docs/callers.md defines it: the parts of the target are the arguments."""

import sys

assert sys.prefix != sys.base_prefix, "runs in a virtual environment"
print("flow-log/" + "/".join(sys.argv[1:]), end="")
