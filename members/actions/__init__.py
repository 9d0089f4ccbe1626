"""What is written about members: what follows from a change, and renewals."""
