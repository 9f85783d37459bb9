# Sourced by .ci/audit and .ci/sbom: sets $tools to the programs of .ci/tools.txt (hash-locked), in an
# environment of their own that is made when it is missing or older than the lock.
tools=.venv-tools/bin
if [ ! -x "$tools/pip-audit" ] || [ .ci/tools.txt -nt "$tools/pip-audit" ]; then
  python3 -m venv --clear .venv-tools
  "$tools/pip" install -q --require-hashes -r .ci/tools.txt
fi
