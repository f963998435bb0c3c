"""All that is kept: the only room that speaks SQL."""
