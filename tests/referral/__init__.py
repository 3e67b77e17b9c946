"""The service `referral`."""
