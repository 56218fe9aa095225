"""The description of the schema as a whole: the first page of its documentation, in Markdown."""

DESCRIPTION = """\
Joinery decides which influencers take part in which influencer-marketing campaign, and in which
status. An agency's staff, its advertisers and influencers (also called creators) use the same
schema, each with a token that says their role; `viewer` returns the caller.

Where to begin:

- **Staff** find a campaign with `campaigns`, read its Select influencer tab with
  `Campaign.candidates`, and mark influencers as joined with `markJoined`. They decide applications
  with `Campaign.applicants` and `setApplicantStatus`, and review posts with `Campaign.posts` and
  `setPostStatus`.
- **Influencers** read `myJobs`, where `Participation.requiredAction` names the next step:
  `connectAccount`, `selectAccount`, `selectSocialMedia` or `submitPost`. They find other campaigns
  with `campaigns` and join with `apply`.
- **Advertisers** find their campaigns with `campaigns`, read the applications with
  `Campaign.applicants`, and decide them with `setApplicantStatus`.

What holds everywhere:

- Ids are global and opaque. `node` and `nodes` return the object with an id.
- Lists come in pages of 20 rows, or up to 100 with `first` or `last`. `pageInfo` has the cursors
  to go on.
- Mutations report refusals that a user can act on in `userErrors`, and those of single items of a
  bulk mutation in `results`. All other errors are in `errors`, with a code in `extensions.code`.
- Mutations can be tried out with `dryRun: true`, and are repeated safely with the header
  `Idempotency-Key`.
- `workflow` returns the transition rules; `availableActions` and `viewerActions` list the actions
  that the caller can perform now.
- Times are in UTC."""
