#!/usr/bin/env python3
"""Runs a contract check that lies outside the project, when it is there:  contract.py CTXCAP CHECK

Exit code 77, which ctest shows as skipped, when it is not.
"""
import os
import subprocess
import sys

if not os.path.exists(sys.argv[2]):
    print("skipped: the contract check is not at hand")
    sys.exit(77)
sys.exit(subprocess.run([sys.executable, sys.argv[2], sys.argv[1]]).returncode)
