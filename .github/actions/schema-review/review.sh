#!/usr/bin/env bash
# Reviews the pull request and posts the report as one comment, which later runs update. Ends as the review does: 1 where it
# has an error that nobody waived, 2 where it could not be made.
set -euo pipefail

report=$(mktemp -d "${RUNNER_TEMP:-/tmp}/schema-review-XXXXXX")
echo "report=$report" >> "$GITHUB_OUTPUT"

code=0
# The command is words, as in a shell.
# shellcheck disable=SC2086
$REVIEW_COMMAND --root "$REVIEW_ROOT" --against "$REVIEW_AGAINST" --format github \
  --out "$report/review.md" "$report/review.json" "$report/review.sarif" "$report/review.html" || code=$?

# Without a report there is nothing to post: what is wrong is in the log.
[ -s "$report/review.md" ] || exit "$code"
cat "$report/review.md" >> "$GITHUB_STEP_SUMMARY"

if [ -n "${REVIEW_PULL_REQUEST:-}" ]; then
  # One for each project of a repository.
  marker="<!-- tableloom review of $REVIEW_ROOT -->"
  comments="repos/$GITHUB_REPOSITORY/issues/$REVIEW_PULL_REQUEST/comments"
  { echo "$marker"; cat "$report/review.md"; } > "$report/comment.md"
  post() {
    local known
    # Not one that a stranger began with the same words.
    known=$(gh api --paginate "$comments" --jq ".[] | select((.body | startswith(\"$marker\")) and (.user.type == \"Bot\" or (.author_association | IN(\"OWNER\", \"MEMBER\", \"COLLABORATOR\")))) | .id" | head -n 1)
    if [ -n "$known" ]; then
      gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known" --field "body=@$report/comment.md" --silent
    else
      gh api --method POST "$comments" --field "body=@$report/comment.md" --silent
    fi
  }
  post || echo "::warning title=schema review::The comment could not be written; the report is in the summary of the job."
fi
exit "$code"
