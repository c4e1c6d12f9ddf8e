"""Configuration that reaches FuxiCTR: checked against allow-lists, because FuxiCTR evaluates parts of it."""
