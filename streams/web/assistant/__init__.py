"""What an assistant may ask and prepare, by the Model Context Protocol. It decides nothing."""
