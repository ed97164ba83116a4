"""A limited process that tells how it was started."""

import json
import sys

print(json.dumps({"writes_bytecode": not sys.dont_write_bytecode}))
