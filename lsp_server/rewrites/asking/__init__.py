"""What is sent: the function and its context, without secrets, cut to a budget, for the model that fits."""
