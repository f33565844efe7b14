"""The parts of the API client: transport, streams, documents and the shapes that come back."""
