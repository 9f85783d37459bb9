"""Our provider against a real Weave trace server.

The two requirement files are made with `uv pip compile --universal --python-version 3.11
--generate-hashes --no-emit-index-url --no-header --no-annotate` from
`weave[trace-server]==0.53.12 fastapi uvicorn python-multipart` (the last release that ships the
server) and from `weave==0.54.0`.
"""
