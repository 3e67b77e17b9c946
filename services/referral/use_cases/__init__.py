"""What `referral` does: one function = one transaction."""
