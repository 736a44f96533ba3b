"""What was said in public: kinds with schemas, and immutable publications of them."""
