"""The name of the database that `referral` owns."""

DATABASE = "referral"
