"""The core of Dagy: everything of the server that is neither GraphQL nor a job."""
