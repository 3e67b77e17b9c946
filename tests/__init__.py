"""The tests. They mirror the rooms; `journeys/` goes across services, `faults/` kills, `bench/` compares."""
