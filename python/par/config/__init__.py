"""What is written in YAML, as values: a repository's .par.yaml and the user's config.yaml.

Not here: doing what it asks for (setup).
"""
