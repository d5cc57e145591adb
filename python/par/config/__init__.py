"""What is written in YAML: a repository's .par.yaml and the user's config.yaml."""
