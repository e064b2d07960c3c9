"""One assessment on the dose axis: baseline, change, states, windows."""
