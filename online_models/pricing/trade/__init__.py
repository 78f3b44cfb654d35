"""What is kept of customers other than the public: promises, and what their orders show."""
