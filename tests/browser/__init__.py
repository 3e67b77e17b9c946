"""What people see, in the system's Chromium: real pages of another origin, the real service, a real MongoDB."""
