"""Oscar's app `search`, by the database: a shop of this size needs no search engine."""
