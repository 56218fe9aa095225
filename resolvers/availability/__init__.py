"""How many influencers each campaign is available to, kept by every write."""
