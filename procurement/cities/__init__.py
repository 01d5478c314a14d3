"""City files (市の定め): each city's rules as data, with their sources."""
