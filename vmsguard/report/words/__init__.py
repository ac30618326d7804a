"""What codes mean in sentences, and what to do next."""
