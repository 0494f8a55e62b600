"""Runs a test with the Python of the engines:  run.py DIRECTORY TEST ARGUMENTS...   (see tests/engines/install)

Exit code 77, which ctest shows as skipped, where there is none.
"""

import os
import sys

python = os.path.join(sys.argv[1], "bin", "python")
if not os.path.exists(python):
    print(f"skipped: no engines in {sys.argv[1]}; install them with tests/engines/install {sys.argv[1]}")
    sys.exit(77)
test = os.path.join(os.path.dirname(os.path.abspath(__file__)), sys.argv[2])
os.execv(python, [python, test, *sys.argv[3:]])
