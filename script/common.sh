# Shared by the scripts in this folder: where things are, how steps are shown, how problems are said. Sourced, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
PYTHON=$VENV/bin/python
cd "$ROOT"

# step "what it does" command…: run quietly, say how long it took; on failure show what it printed.
step() {
  local what=$1 start=$SECONDS log
  shift
  log=$(mktemp)
  printf '· %s … ' "$what" >&2
  if "$@" >"$log" 2>&1; then
    printf '%d s\n' $((SECONDS - start)) >&2
    rm -f "$log"
  else
    local code=$?
    printf 'failed\n' >&2
    cat "$log" >&2
    rm -f "$log"
    return "$code"
  fi
}

manage() { "$PYTHON" "$ROOT/manage.py" "$@"; }

# stop "sentence" [code]: a problem the user can mend.
stop() {
  printf '%s\n' "$1" >&2
  exit "${2:-2}"
}
