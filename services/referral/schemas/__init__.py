"""What requests and responses of `referral` look like."""
