"""Models written on FuxiCTR's layers, one folder each: ``model.py`` and ``config/`` in FuxiCTR's own format."""
