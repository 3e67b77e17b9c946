"""Tests of `activity`."""
