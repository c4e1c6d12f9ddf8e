"""Entry point of ``python -m weir_fuxictr``."""

import sys

from weir_fuxictr.cli import main

sys.exit(main(sys.argv[1:]))
