"""What the data has taught: detectors that may add findings, never take one away."""
