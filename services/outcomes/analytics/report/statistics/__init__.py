"""The statistics behind the reports, on counts and sums alone: where scipy and statsmodels live."""
