"""The console: pages that people work in, and an HTTP API.

It follows the topics into a store of its own, and steers by writing to the
input topics, as anyone else does.
"""
