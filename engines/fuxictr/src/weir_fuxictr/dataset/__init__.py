"""Raw Parquet to a FuxiCTR dataset: statistics, vocabularies, encoding, writing."""
