"""What tests of several rooms share; no fixtures, plain functions only."""
