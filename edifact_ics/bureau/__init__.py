"""The bureau: who is who, and what is sealed."""
