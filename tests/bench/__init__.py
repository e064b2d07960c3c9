"""The benchmark: our services beside the raw limits of the same engines, in one interleaved run."""
