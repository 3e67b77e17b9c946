"""From the public door to the badge, through every process."""
