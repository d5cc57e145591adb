"""Files that people write: .par.yaml and config.yaml as values, the settings of coding agents as text.

Not here: doing what it asks for (setup).
"""
