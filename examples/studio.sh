#!/usr/bin/env bash
# The REST API with curl: photo -> mask -> drafts -> approve -> refine -> GLB.
#
#   bozzetto studio --no-browser &
#   examples/studio.sh examples/photos/coffee.png out/coffee.glb
#
# STUDIO is the service's address; TOKEN a token, where it wants one.
set -euo pipefail
photo=$1 output=$2
api=${STUDIO:-http://127.0.0.1:8765}/v1
auth=(${TOKEN:+-H "Authorization: Bearer $TOKEN"})

field() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."): value = value[int(name) if name.isdigit() else name]
print(value)' "$1"; }
get() { curl -fsS "${auth[@]}" "$api/$1"; }
post() { curl -fsS "${auth[@]}" -H 'Content-Type: application/json' -H "Idempotency-Key: $RANDOM$RANDOM$RANDOM" -d "$2" "$api/$1"; }

# Start a job and follow its events until it has ended.
run() {
  local job
  job=$(post "projects/$project/$1" "$2" | field id)
  curl -fsSN "${auth[@]}" "$api/jobs/$job/events" | sed -n 's/^data: //p' | while read -r event; do
    printf '%s %s%% %s\n' "$1" "$(field percent <<<"$event")" "$(field stage <<<"$event")" >&2
  done
  [ "$(get "jobs/$job" | field state)" = succeeded ] || { get "jobs/$job" | field error.cause >&2; exit 1; }
}

project=$(post projects '{"title": "Example"}' | field id)
curl -fsS "${auth[@]}" -H 'Content-Type: application/octet-stream' --data-binary "@$photo" \
  "$api/projects/$project/photos?name=photo" >/dev/null
run masks '{}'
run drafts "${DRAFTS:-{\}}"
draft=$(get "projects/$project/drafts" | python3 -c 'import json, sys
print(next(item["id"] for item in json.load(sys.stdin)["items"] if item["rank"] == 1))')
post "projects/$project/approvals" "{\"draft_id\": \"$draft\", \"reason\": \"Best score\"}" >/dev/null
run refinements "${REFINEMENT:-{\}}"
model=$(get "projects/$project/refinements" | field items.0.levels.0.model.url)
curl -fsS "${auth[@]}" -o "$output" "${api%/v1}$model"
echo "$output"
