"""Steps of the journeys: what a person does, one function each."""
