"""Reading influencers from files as spreadsheets and other tools write them, and storing them."""
