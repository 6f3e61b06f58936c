"""``python -m asyncops.cli``."""

import sys

from asyncops.cli import main

sys.exit(main())
