"""What `referral` can tell: reads, straight to a schema."""
