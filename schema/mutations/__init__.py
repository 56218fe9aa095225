"""The mutations: input, payload and field, one file each, named as in `resolvers/mutations`.

An optional field that is left out of an input is None, as if null were given. Only where the two
differ (`UpdateCampaignInput`, `InfluencerInput`) it is UNSET, and the class says so.
"""
