"""What mutations take and give back, one file a mutation, each named as in `resolvers`.

An optional field that is left out of an input is None, as if null were given. Only where the two
differ (`UpdateCampaignInput`, `InfluencerInput`) it is UNSET, and the class says so.
"""
