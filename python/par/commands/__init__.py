"""One file per verb: what was asked, the plan with every refusal, and the doing."""
