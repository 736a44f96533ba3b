"""Comments and questions about criteria of self assessments, and answers of the help desk that are published."""
