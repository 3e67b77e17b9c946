"""What must hold while servers and processes die, hang and come back."""
