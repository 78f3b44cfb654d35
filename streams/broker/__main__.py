"""`python -m streams.broker`: the broker command by itself."""

import argparse
import sys

from streams.broker import command

parser = argparse.ArgumentParser(prog="python -m streams.broker")
command.add_arguments(parser)
args = parser.parse_args()
sys.exit(command.run(args.port, args.data, args.brokers))
