"""What `par doctor` looks at: each module compares one part of what is there, and knows its repairs."""
