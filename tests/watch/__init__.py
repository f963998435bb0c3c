"""The rules of the house hold, and the tools that watch over them see."""
